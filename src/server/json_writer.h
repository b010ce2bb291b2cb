// A writer of JSON text, for descriptions of core structs. Must not call the server. Keys keep the order of the calls.
// Read first: JsonWriter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dbmocker::server {

class JsonWriter {
 public:
  void OpenObject() { Open('{'); }
  void CloseObject() { Close('}'); }
  void OpenArray() { Open('['); }
  void CloseArray() { Close(']'); }
  void Key(std::string_view key) {
    Separate();
    WriteString(key);
    text_ += ':';
    needs_comma_ = false;
  }
  void String(std::string_view value) {
    Separate();
    WriteString(value);
  }
  void Integer(std::int64_t value) {
    Separate();
    text_ += std::to_string(value);
  }
  void Boolean(bool value) {
    Separate();
    text_ += value ? "true" : "false";
  }
  void Null() {
    Separate();
    text_ += "null";
  }
  const std::string& text() const { return text_; }

 private:
  void Open(char bracket) {
    Separate();
    text_ += bracket;
    needs_comma_ = false;
  }
  void Close(char bracket) {
    text_ += bracket;
    needs_comma_ = true;
  }
  void Separate() {
    if (needs_comma_) text_ += ',';
    needs_comma_ = true;
  }
  void WriteString(std::string_view value) {
    static constexpr char kHexDigits[] = "0123456789abcdef";
    text_ += '"';
    for (const char letter : value) {
      const auto byte = static_cast<unsigned char>(letter);
      if (byte < 0x20) {
        text_ += "\\u00";
        text_ += kHexDigits[byte >> 4];
        text_ += kHexDigits[byte & 15];
        continue;
      }
      if (letter == '"' || letter == '\\') text_ += '\\';
      text_ += letter;
    }
    text_ += '"';
  }

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace dbmocker::server
