// See read_plpgsql.h. Statements that follow an IF are written behind each of its branches.
// Must not create C++ objects: palloc may ereport.
// Read first: WriteStatements.
#include "server/read_plpgsql.h"

#include <cctype>
#include <cstring>

#include "server/postgres_api.h"

namespace dbmocker::server {
namespace {

constexpr int kMostStatements = 200;

bool IsWordPart(char c) { return isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0; }

}  // namespace

const char* SkipBlanks(const char* at) {
  for (;;) {
    if (isspace(static_cast<unsigned char>(*at)) != 0) {
      ++at;
    } else if (at[0] == '-' && at[1] == '-') {
      while (*at != '\0' && *at != '\n') ++at;
    } else if (at[0] == '/' && at[1] == '*') {
      const char* end = strstr(at + 2, "*/");
      if (end == nullptr) return at + strlen(at);
      at = end + 2;
    } else {
      return at;
    }
  }
}

const char* SkipWord(const char* at, const char* word) {
  at = SkipBlanks(at);
  const size_t length = strlen(word);
  if (pg_strncasecmp(at, word, length) != 0 || IsWordPart(at[length])) return nullptr;
  return at + length;
}

// Behind a quoted text or name that starts here; nullptr if none does, or if it does not end.
const char* SkipQuoted(const char* at) {
  if (*at != '\'' && *at != '"') return nullptr;
  const char quote = *at++;
  for (; *at != '\0'; ++at) {
    if (*at != quote) continue;
    if (at[1] != quote) return at + 1;
    ++at;
  }
  return nullptr;
}

// The end of an expression: in front of `word` (a keyword or ";") outside of parentheses, quotes and CASE; nullptr if
// it does not come.
const char* FindEnd(const char* at, const char* word) {
  int depth = 0;
  while (*at != '\0') {
    at = SkipBlanks(at);
    if (*at == '\0' || *at == '$') return nullptr;  // dollar quotes are not read
    if (const char* behind = SkipQuoted(at)) {
      at = behind;
      continue;
    }
    if (*at == '\'' || *at == '"') return nullptr;
    if (*at == '(' || *at == '[') ++depth;
    if (*at == ')' || *at == ']') --depth;
    if (depth == 0 && (*word == ';' ? *at == ';' : SkipWord(at, word) != nullptr)) return at;
    if (*at == ';') return nullptr;
    if (!IsWordPart(*at)) {
      ++at;
      continue;
    }
    if (SkipWord(at, "case") != nullptr) ++depth;
    if (SkipWord(at, "end") != nullptr) --depth;
    while (IsWordPart(*at)) ++at;
  }
  return nullptr;
}

const char* FindWord(const char* text, const char* word) {
  for (const char* at = SkipBlanks(text); *at != '\0'; at = SkipBlanks(at)) {
    if (SkipWord(at, word) != nullptr) return at;
    if (const char* behind = SkipQuoted(at)) {
      at = behind;
    } else if (!IsWordPart(*at)) {
      ++at;
    } else {
      while (IsWordPart(*at)) ++at;
    }
  }
  return nullptr;
}

namespace {

struct Reader {
  int statements;
  bool failed;
};

// What follows the statements at hand: the rest of an enclosing block.
struct Rest {
  const char* at;
  const Rest* outer;
};

// Behind the END IF that closes an IF whose inside starts at `at`; statements in between are skipped.
const char* SkipBlock(const char* at, const char** branch, bool* has_condition, bool* is_end);

// Behind one statement; nullptr if it is not known.
const char* SkipStatement(const char* at) {
  if (const char* inside = SkipWord(at, "if")) {
    const char* then = FindEnd(inside, "then");
    if (then == nullptr) return nullptr;
    at = SkipWord(then, "then");
    for (bool is_end = false; !is_end;) {
      const char* branch = nullptr;
      bool has_condition = false;
      at = SkipBlock(at, &branch, &has_condition, &is_end);
      if (at == nullptr) return nullptr;
    }
    return at;
  }
  const char* end = FindEnd(at, ";");
  return end == nullptr ? nullptr : end + 1;
}

// From inside a branch to the next one: *branch is where its condition (or, with ELSE, its statements) starts. With
// *is_end, the result lies behind "END IF;".
const char* SkipBlock(const char* at, const char** branch, bool* has_condition, bool* is_end) {
  for (;;) {
    if (const char* behind = SkipWord(at, "end")) {
      behind = SkipWord(behind, "if");
      if (behind == nullptr) return nullptr;
      behind = SkipBlanks(behind);
      *is_end = true;
      return *behind == ';' ? behind + 1 : nullptr;
    }
    const char* behind = SkipWord(at, "elsif");
    if (behind == nullptr) behind = SkipWord(at, "elseif");
    if (behind != nullptr) {
      *branch = behind;
      *has_condition = true;
      const char* then = FindEnd(behind, "then");
      return then == nullptr ? nullptr : SkipWord(then, "then");
    }
    if (const char* other = SkipWord(at, "else")) {
      *branch = other;
      *has_condition = false;
      return other;
    }
    at = SkipStatement(at);
    if (at == nullptr) return nullptr;
  }
}

void WriteStatements(const char* at, const Rest* rest, Reader* reader, StringInfo out);

void WriteIf(const char* condition, const Rest* rest, Reader* reader, StringInfo out) {
  const char* then = FindEnd(condition, "then");
  const char* at = then == nullptr ? nullptr : SkipWord(then, "then");
  // The end of the whole IF comes first: every branch goes on there.
  const char* end = at;
  for (bool is_end = false; end != nullptr && !is_end;) {
    const char* branch = nullptr;
    bool has_condition = false;
    end = SkipBlock(end, &branch, &has_condition, &is_end);
  }
  if (end == nullptr) {
    reader->failed = true;
    return;
  }
  const Rest after = {end, rest};
  appendStringInfoString(out, "CASE WHEN (");
  appendBinaryStringInfo(out, condition, static_cast<int>(then - condition));
  appendStringInfoString(out, ") THEN ");
  WriteStatements(at, &after, reader, out);
  bool has_else = false;
  for (bool is_end = false; !is_end && !reader->failed;) {
    const char* branch = nullptr;
    bool has_condition = false;
    at = SkipBlock(at, &branch, &has_condition, &is_end);
    if (at == nullptr || is_end) break;
    if (has_condition) {
      appendStringInfoString(out, " WHEN (");
      appendBinaryStringInfo(out, branch, static_cast<int>(FindEnd(branch, "then") - branch));
      appendStringInfoString(out, ") THEN ");
    } else {
      appendStringInfoString(out, " ELSE ");
      has_else = true;
    }
    WriteStatements(at, &after, reader, out);
  }
  if (!has_else) {
    appendStringInfoString(out, " ELSE ");
    WriteStatements(end, rest, reader, out);
  }
  appendStringInfoString(out, " END");
}

// The value of the statements from `at` on, as an expression.
void WriteStatements(const char* at, const Rest* rest, Reader* reader, StringInfo out) {
  check_stack_depth();
  if (++reader->statements > kMostStatements) reader->failed = true;
  if (reader->failed) return;
  if (const char* value = SkipWord(at, "return")) {
    const char* end = FindEnd(value, ";");
    if (end == nullptr) {
      reader->failed = true;
      return;
    }
    appendStringInfoString(out, "(");
    appendBinaryStringInfo(out, value, static_cast<int>(end - value));
    appendStringInfoString(out, ")");
    return;
  }
  if (const char* condition = SkipWord(at, "if")) return WriteIf(condition, rest, reader, out);
  if (const char* level = SkipWord(at, "raise")) {
    const bool goes_on = SkipWord(level, "notice") != nullptr || SkipWord(level, "warning") != nullptr ||
                         SkipWord(level, "info") != nullptr || SkipWord(level, "debug") != nullptr ||
                         SkipWord(level, "log") != nullptr;
    if (!goes_on) {
      appendStringInfoString(out, "false");
      return;
    }
  }
  if (SkipWord(at, "raise") != nullptr || SkipWord(at, "null") != nullptr) {
    const char* next = SkipStatement(at);
    if (next == nullptr) {
      reader->failed = true;
      return;
    }
    return WriteStatements(next, rest, reader, out);
  }
  const bool at_end = SkipWord(at, "end") != nullptr || SkipWord(at, "else") != nullptr ||
                      SkipWord(at, "elsif") != nullptr || SkipWord(at, "elseif") != nullptr;
  if (at_end && rest != nullptr) return WriteStatements(rest->at, rest->outer, reader, out);
  if (at_end) {
    appendStringInfoString(out, "false");  // a function that ends without RETURN raises an error
    return;
  }
  reader->failed = true;
}

}  // namespace

const char* RewritePlpgsql(const char* source) {
  const char* at = source;
  if (const char* declarations = SkipWord(at, "declare")) at = declarations;
  const char* begin = SkipWord(at, "begin");
  if (begin == nullptr) return nullptr;
  StringInfoData out;
  initStringInfo(&out);
  appendStringInfoString(&out, "SELECT ");
  Reader reader = {0, false};
  WriteStatements(begin, nullptr, &reader, &out);
  return reader.failed ? nullptr : out.data;
}

}  // namespace dbmocker::server
