// Arrays of one dimension, written as input text. Random arrays have one to five elements, now and then none; unique
// ones list all arrays of the shortest length first. No element is NULL: functions that read arrays seldom bear it.
// Limits: the number of elements; all others are ignored (the server's check rejects).
// Read first: ArrayValueSet::AppendText.
#include <algorithm>
#include <memory>

#include "composed_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::int64_t kUsualLongest = 5;

class ArrayValueSet final : public ValueSet {
 public:
  // `members` stand in front, the lengths count what follows them.
  ArrayValueSet(ValueSetPointer element, char delimiter, LengthLimits lengths, bool unique,
                const std::vector<std::string>& members)
      : element_(std::move(element)), delimiter_(delimiter), unique_(unique) {
    for (const std::string& member : members) {
      if (!front_.empty()) front_.push_back(delimiter);
      AppendArrayElement(member, front_);
    }
    longest_ = lengths.maximum.value_or(std::max(kUsualLongest, lengths.minimum + 2));
    may_be_empty_ = lengths.minimum == 0;
    shortest_ = std::min(std::max<std::int64_t>(lengths.minimum, 1), longest_);
    // A length limit alone does not mean that arrays should be that long.
    longest_ = std::min(longest_, shortest_ + kUsualLongest - 1);
    if (longest_ == 0) {
      size_ = 1;
    } else if (unique) {
      size_ = 0;
      for (std::int64_t length = shortest_; length <= longest_; ++length) {
        size_ = AddSizes(size_, PowerSize(element_->Size(), length));
      }
    }
  }

  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool ignoring_case) const override {
    return size_ == 1 || (unique_ && element_->IsInjective(ignoring_case));
  }
  void AppendText(std::uint64_t index, std::string& out) const override {
    out.push_back('{');
    out.append(front_);
    if (longest_ > 0) unique_ ? AppendDistinct(index, out) : AppendRandom(index, out);
    out.push_back('}');
  }
  std::string Describe() const override {
    return "array of " + std::to_string(shortest_) + " … " + std::to_string(longest_) + ": " + element_->Describe();
  }

 private:
  void AppendElement(std::uint64_t index, bool is_first, std::string& out) const {
    if (!is_first || !front_.empty()) out.push_back(delimiter_);
    std::string text;
    element_->AppendText(index, text);
    AppendArrayElement(text, out);
  }

  void AppendDistinct(std::uint64_t index, std::string& out) const {
    std::int64_t length = shortest_;
    for (std::uint64_t count = PowerSize(element_->Size(), length); index >= count && length < longest_;
         count = PowerSize(element_->Size(), ++length)) {
      index -= count;
    }
    for (std::int64_t place = 0; place < length; ++place) {
      AppendElement(index % element_->Size(), place == 0, out);
      index /= element_->Size();
    }
  }

  void AppendRandom(std::uint64_t index, std::string& out) const {
    constexpr std::uint64_t kOneInEmpty = 32;
    const std::uint64_t random = HashIndex(index, 0);
    if (may_be_empty_ && random % kOneInEmpty == 0) return;
    const auto choices = static_cast<std::uint64_t>(longest_ - shortest_ + 1);
    const std::int64_t length = shortest_ + static_cast<std::int64_t>(Scale(random, choices));
    for (std::int64_t place = 0; place < length; ++place) {
      const std::uint64_t word = HashIndex(index, static_cast<std::uint64_t>(place) + 1);
      AppendElement(Scale(word, element_->Size()), place == 0, out);
    }
  }

  ValueSetPointer element_;
  std::string front_;
  char delimiter_;
  bool unique_;
  bool may_be_empty_ = false;
  std::int64_t shortest_ = 1;
  std::int64_t longest_ = 1;
  std::uint64_t size_ = kMaxValueSetSize;
};

// pg_type.typdelim: a comma but for these.
char FindDelimiter(const Type& element) {
  if (IsBuiltIn(element, "box")) return ';';
  if (element.extension == "postgis" && (element.name == "geometry" || element.name == "geography")) return ':';
  return ',';
}

}  // namespace

ValueSetPointer MakeArrayValueSet(const TypeRequest& request) {
  if (request.type.kind != TypeKind::Array || request.type.element == nullptr) return nullptr;
  const Type& element_type = *request.type.element;
  ValueSetPointer element = MakeTypeValueSet(
      element_type, request.modifier, request.limits.elements == nullptr ? ValueLimits{} : *request.limits.elements,
      request.unique, request.context);
  if (element == nullptr) return nullptr;
  int modifier = -1;
  const char delimiter = FindDelimiter(UnwrapDomains(element_type, modifier));
  LengthLimits lengths = ResolveLengths(request);
  const auto members = static_cast<std::int64_t>(request.limits.members.size());
  if (lengths.maximum.value_or(members) < members) ThrowNoValue(request.type, request.limits);
  lengths.minimum = std::max<std::int64_t>(0, lengths.minimum - members);
  if (lengths.maximum) *lengths.maximum -= members;
  return std::make_shared<ArrayValueSet>(std::move(element), delimiter, lengths, request.unique,
                                         request.limits.members);
}

}  // namespace dbmocker
