// Text that would repeat, made distinct by a suffix: "-" and the index in base 36. The last "-" of a value always
// begins its suffix, so no two values can meet, with or without regard to case.
// Must not be used for text with a form of its own (emails, URLs). Read first: SuffixedTextValueSet::AppendText.
#include <algorithm>
#include <memory>

#include "lorem_words.h"
#include "text_storage.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::int64_t kLongestCode = 12;  // 36^12 codes are more than kMaxValueSetSize

class SuffixedTextValueSet final : public ValueSet {
 public:
  SuffixedTextValueSet(ValueSetPointer inner, std::int64_t max_length, CodeSpace codes)
      : inner_(std::move(inner)), max_length_(max_length), codes_(codes), size_(codes.Count()) {
    if (inner_->encoding() == Encoding::Varlena) encoding_ = Encoding::Varlena;
    // Blank-padded text would have to be padded again; the server's input function does that.
    const auto* holder = dynamic_cast<const TextStorageHolder*>(inner_.get());
    if (holder != nullptr && holder->storage().form != TextForm::Varlena) encoding_ = Encoding::InputText;
  }

  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool /*ignoring_case*/) const override { return true; }
  Encoding encoding() const override { return encoding_; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    const std::size_t start = out.size();
    inner_->AppendText(index % inner_->Size(), out);
    std::string suffix = "-";
    codes_.Append(index, suffix);
    if (max_length_ > 0) {
      const std::int64_t room = max_length_ - static_cast<std::int64_t>(suffix.size());
      out.resize(start + PrefixBytes(std::string_view(out).substr(start), room));
    }
    out.append(suffix);
  }
  std::string Describe() const override { return inner_->Describe() + " with a distinct suffix"; }

 private:
  ValueSetPointer inner_;
  std::int64_t max_length_;
  CodeSpace codes_;
  std::uint64_t size_;
  Encoding encoding_ = Encoding::InputText;
};

}  // namespace

ValueSetPointer MakeSuffixedTextValueSet(ValueSetPointer inner, std::int64_t max_length, std::uint64_t needed) {
  CodeSpace codes;
  codes.longest = max_length > 0 ? std::min(kLongestCode, max_length - 1) : kLongestCode;
  if (codes.Count() == 0 || codes.Count() < needed) return nullptr;
  return std::make_shared<SuffixedTextValueSet>(std::move(inner), max_length, codes);
}

}  // namespace dbmocker
