// See keyed_json_set.h. The member stands last, where it wins over one of the same name.
// Read first: KeyedJsonSet::AppendText.
#include "keyed_json_set.h"

#include <memory>
#include <utility>

#include "lorem_words.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

void AppendQuoted(const std::string& text, std::string& out) {
  out.push_back('"');
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') out.push_back('\\');
    out.push_back(letter);
  }
  out.push_back('"');
}

class KeyedJsonSet final : public ValueSet {
 public:
  KeyedJsonSet(ValueSetPointer inner, std::vector<std::string> path, bool is_number)
      : inner_(std::move(inner)), path_(std::move(path)), is_number_(is_number) {
    is_email_ = path_.back().find("mail") != std::string::npos;
  }

  std::uint64_t Size() const override { return is_number_ ? kNumbers : kMaxValueSetSize; }
  bool IsInjective(bool) const override { return true; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    const std::size_t start = out.size();
    inner_->AppendText(HashIndex(index, 1) % inner_->Size(), out);
    while (out.size() > start && out.back() != '}') out.pop_back();  // blanks behind an object; all of anything else
    if (out.size() == start) out += "{}";
    out.pop_back();
    if (out.find_first_not_of(" \n", start + 1) != std::string::npos) out += ", ";
    for (std::size_t step = 0; step < path_.size(); ++step) {
      if (step > 0) out.push_back('{');
      AppendQuoted(path_[step], out);
      out += ": ";
    }
    AppendMember(index, out);
    out.append(path_.size(), '}');
  }
  std::string Describe() const override {
    std::string path;
    for (const std::string& step : path_) path += (path.empty() ? "" : ".") + step;
    return "json with a distinct member " + path;
  }

 private:
  static constexpr std::uint64_t kNumbers = 2'000'000'000;

  void AppendMember(std::uint64_t index, std::string& out) const {
    const std::string number = std::to_string(index + 1);
    if (is_number_) {
      out += number;
      return;
    }
    out.push_back('"');
    out += PickLoremWord(HashIndex(index, 2)).view();
    out += number;
    out += is_email_ ? "@example.com\"" : "\"";
  }

  ValueSetPointer inner_;
  std::vector<std::string> path_;
  bool is_number_;
  bool is_email_ = false;
};

}  // namespace

ValueSetPointer MakeKeyedJsonSet(ValueSetPointer inner, std::vector<std::string> path, bool is_number) {
  return std::make_shared<KeyedJsonSet>(std::move(inner), std::move(path), is_number);
}

}  // namespace dbmocker
