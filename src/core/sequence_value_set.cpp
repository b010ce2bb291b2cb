// Whole numbers in steps, for serial and identity columns. numeric is written as input text: the server's input
// function then applies the column's precision and scale, which are not known here.
// Read first: MakeSequenceValueSet.
#include <memory>

#include "dbmocker/error.h"
#include "decimal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

class SequenceValueSet final : public ValueSet {
 public:
  SequenceValueSet(std::int64_t first, std::int64_t step, std::uint64_t size, Encoding encoding)
      : first_(static_cast<std::uint64_t>(first)),
        step_(static_cast<std::uint64_t>(step)),
        size_(size),
        encoding_(encoding) {}

  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool /*ignoring_case*/) const override { return step_ != 0 || size_ == 1; }
  Encoding encoding() const override { return encoding_; }
  void AppendText(std::uint64_t index, std::string& out) const override { AppendInteger(ValueOf(index), out); }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    if (encoding_ != Encoding::Word) {
      ValueSet::Emit(indexes, out);
      return;
    }
    const std::span<std::uint64_t> words = out.words();
    for (std::size_t row = 0; row < indexes.size(); ++row) words[row] = first_ + indexes[row] * step_;
  }
  std::string Describe() const override {
    std::string text = "sequence ";
    AppendText(0, text);
    if (size_ > 1) {
      text += " … ";
      AppendText(size_ - 1, text);
    }
    return text;
  }

 private:
  // The ends were checked, so the wrapping sum is the true one.
  std::int64_t ValueOf(std::uint64_t index) const { return static_cast<std::int64_t>(first_ + index * step_); }

  std::uint64_t first_;
  std::uint64_t step_;
  std::uint64_t size_;
  Encoding encoding_;
};

struct SequenceType {
  std::string_view name;
  std::int64_t first;
  std::int64_t last;
  Encoding encoding;
};

constexpr SequenceType kSequenceTypes[] = {
    {"int2", INT16_MIN, INT16_MAX, Encoding::Word},         {"int4", INT32_MIN, INT32_MAX, Encoding::Word},
    {"int8", INT64_MIN, INT64_MAX, Encoding::Word},         {"oid", 0, 0xFFFFFFFF, Encoding::Word},
    {"numeric", INT64_MIN, INT64_MAX, Encoding::InputText},
};

}  // namespace

ValueSetPointer MakeSequenceValueSet(const Type& type, std::int64_t first, std::int64_t step, std::uint64_t size) {
  int modifier = -1;
  const Type& base = UnwrapDomains(type, modifier);
  for (const SequenceType& known : kSequenceTypes) {
    if (!IsBuiltIn(base, known.name)) continue;
    const Int128 last = first + static_cast<Int128>(step) * (static_cast<Int128>(size) - 1);
    if (size == 0 || size > kMaxValueSetSize || first < known.first || first > known.last || last < known.first ||
        last > known.last) {
      throw Error(sqlstate::kSequenceLimitExceeded, "sequence leaves the values of type " + base.name,
                  std::to_string(size) + " values from " + std::to_string(first) + " in steps of " +
                      std::to_string(step) + " do not fit.",
                  "Ask for fewer rows or use a wider type.");
    }
    return std::make_shared<SequenceValueSet>(first, step, size, known.encoding);
  }
  return nullptr;
}

}  // namespace dbmocker
