// Bodies of plpgsql functions that only decide and return, rewritten as one SQL expression. Knows the syntax of four
// statements; anything else is refused. Read first: RewritePlpgsql.
#pragma once

namespace dbmocker::server {

// "SELECT CASE WHEN (…) THEN (…) ELSE … END" in palloc'd memory; nullptr if the body has other statements than IF,
// RETURN, RAISE and NULL. RAISE EXCEPTION counts as false.
const char* RewritePlpgsql(const char* source);

// Reading along a body's text. Behind blanks and comments; behind `word` (in any case), if it stands here, else
// nullptr.
const char* SkipBlanks(const char* at);
const char* SkipWord(const char* at, const char* word);

// Behind a quoted text or name that starts here; nullptr if none does, or if it does not end.
const char* SkipQuoted(const char* at);

// The end of an expression: in front of `word` (a keyword or ";") outside of parentheses, quotes and CASE; nullptr if
// it does not come.
const char* FindEnd(const char* at, const char* word);

// Where `word` stands first, outside of quotes and comments; nullptr if it does not.
const char* FindWord(const char* text, const char* word);

}  // namespace dbmocker::server
