// Quoting of composed values. Anything but letters, digits and a few harmless signs is quoted: the input functions
// accept needless quotes everywhere. Read first: IsPlain.
#include "composed_text.h"

#include <algorithm>

namespace dbmocker {
namespace {

bool IsPlainCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '+' || c == '_';
}

bool IsNullWord(std::string_view text) {
  return text.size() == 4 && (text[0] == 'n' || text[0] == 'N') && (text[1] == 'u' || text[1] == 'U') &&
         (text[2] == 'l' || text[2] == 'L') && (text[3] == 'l' || text[3] == 'L');
}

bool IsPlain(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), IsPlainCharacter); }

// Record_in and range_in read "" and \\ inside quotes.
void AppendDoubled(std::string_view text, std::string& out) {
  if (IsPlain(text)) {
    out.append(text);
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back(c);
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace

void AppendArrayElement(std::string_view text, std::string& out) {
  if (IsPlain(text) && !IsNullWord(text)) {
    out.append(text);
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

void AppendRecordField(std::string_view text, std::string& out) { AppendDoubled(text, out); }

void AppendRangeBound(std::string_view text, std::string& out) { AppendDoubled(text, out); }

}  // namespace dbmocker
