// See derived_value_set.h.
// Read first: JoinedValueSet.
#include "derived_value_set.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "read_regex.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

class PickedValueSet final : public ValueSet {
 public:
  PickedValueSet(ValueSetPointer inner, std::vector<std::uint64_t> indexes)
      : inner_(std::move(inner)), indexes_(std::move(indexes)) {}

  std::uint64_t Size() const override { return indexes_.size(); }
  bool IsInjective(bool ignoring_case) const override { return inner_->IsInjective(ignoring_case); }
  Encoding encoding() const override { return inner_->encoding(); }
  void AppendText(std::uint64_t index, std::string& out) const override { inner_->AppendText(indexes_[index], out); }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    std::vector<std::uint64_t> picked(indexes.size());
    for (std::size_t i = 0; i < picked.size(); ++i) picked[i] = indexes_[indexes[i] % indexes_.size()];
    inner_->Emit(picked, out);
  }
  std::string Describe() const override { return inner_->Describe(); }

 private:
  ValueSetPointer inner_;
  std::vector<std::uint64_t> indexes_;
};

class JoinedValueSet final : public ValueSet {
 public:
  explicit JoinedValueSet(std::vector<JoinedPart> parts) {
    for (JoinedPart& part : parts) {
      sets_.push_back(std::move(part.values));
      starts_.push_back(size_);
      size_ += part.size;
    }
    encoding_ = sets_.front()->encoding();
    for (const ValueSetPointer& set : sets_)
      if (set->encoding() != encoding_ || encoding_ == Encoding::Fixed) encoding_ = Encoding::InputText;
  }

  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool) const override { return false; }
  Encoding encoding() const override { return encoding_; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    const std::size_t place = Find(index);
    sets_[place]->AppendText(index - starts_[place], out);
  }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    if (encoding_ == Encoding::InputText) return EmitTexts(indexes, out);
    // Set by set into a buffer of its own would cost a copy: rows are few per set, so they go one by one.
    for (std::size_t place = 0; place < sets_.size(); ++place) EmitPart(place, indexes, out);
  }
  std::string Describe() const override {
    std::string text;
    std::vector<std::string> said;
    for (const ValueSetPointer& set : sets_) {
      const std::string words = set->Describe();
      if (std::ranges::find(said, words) != said.end()) continue;
      said.push_back(words);
      if (said.size() > 3) return text + " or others";
      text += (text.empty() ? "" : " or ") + words;
    }
    return text;
  }

 private:
  std::size_t Find(std::uint64_t index) const {
    const auto above = std::upper_bound(starts_.begin(), starts_.end(), index);
    return static_cast<std::size_t>(above - starts_.begin()) - 1;
  }

  void EmitTexts(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const {
    std::string text;
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      text.clear();
      AppendText(indexes[row], text);
      out.SetInputText(row, text);
    }
  }

  // Rows of other sets get any index of this one first; the set that they belong to overwrites them.
  void EmitPart(std::size_t place, std::span<const std::uint64_t> indexes, ColumnBuffer& out) const {
    std::vector<std::uint64_t> own;
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      if (Find(indexes[row]) != place) continue;
      own.push_back(indexes[row] - starts_[place]);
      rows.push_back(row);
    }
    if (own.empty()) return;
    ColumnBuffer part;
    part.encoding = encoding_;
    part.Reset(own.size());
    sets_[place]->Emit(own, part);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out.nulls()[rows[i]] = part.nulls()[i];
      CopyValue(part.words()[i], rows[i], out);
    }
  }

  void CopyValue(std::uint64_t word, std::size_t row, ColumnBuffer& out) const {
    if (encoding_ == Encoding::Varlena) {
      out.SetVarlena(row, varlena::Payload(reinterpret_cast<const char*>(static_cast<std::uintptr_t>(word))));
    } else if (encoding_ == Encoding::Word) {
      out.words()[row] = word;
    }
  }

  std::vector<ValueSetPointer> sets_;
  std::vector<std::uint64_t> starts_;
  std::uint64_t size_ = 0;
  Encoding encoding_ = Encoding::InputText;
};

// Values at the positions that relations count in, as texts.
class PositionTextSet final : public ValueSet {
 public:
  PositionTextSet(TypeOfColumn type, std::int64_t lower, std::uint64_t size)
      : type_(type), lower_(lower), size_(size) {}
  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool) const override { return false; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    out += TextOfPosition(lower_ + static_cast<std::int64_t>(index), type_);
  }
  std::string Describe() const override { return "value"; }

 private:
  TypeOfColumn type_;
  std::int64_t lower_;
  std::uint64_t size_;
};

// The positions that a type can hold, as far as rows should go.
Span64 LegalPositions(const TypeOfColumn& type, const PositionScale& scale) {
  constexpr std::int64_t kFar = std::int64_t{1} << 60;
  const std::string& name = type.type->name;
  if (name == "int2") return {INT16_MIN, INT16_MAX};
  if (name == "int4") return {INT32_MIN, INT32_MAX};
  if (scale.family == 'd') return {-365'000, 2'900'000};
  if (scale.family == 't') return {-31'536'000'000'000'000, 250'000'000'000'000'000};
  if (scale.family == 'o') return {0, 86'399'999'999};
  if (const auto modifier = name == "numeric" ? ReadNumericModifier(type.type_modifier) : std::nullopt) {
    std::int64_t most = 1;
    for (int i = 0; i < std::min(modifier->precision, 18); ++i) most *= 10;
    return {-std::min(most - 1, kFar), std::min(most - 1, kFar)};
  }
  if (scale.is_float) return {-kFar / 1024, kFar / 1024};
  return {-kFar, kFar};
}

bool StandsAt(const ValueSet& values, std::uint64_t index, std::int64_t position, const TypeOfColumn& type) {
  std::string text;
  values.AppendText(index, text);
  return PositionOfText(text, type) == position;
}

// Values of `inner` that match; the others give way to one that does, found by a fixed walk.
class FilteredValueSet final : public ValueSet {
 public:
  // The value at index `known` matches.
  FilteredValueSet(ValueSetPointer inner, TextLanguage language, std::uint64_t known)
      : inner_(std::move(inner)), language_(std::move(language)), known_(known) {}
  std::uint64_t Size() const override { return inner_->Size(); }
  bool IsInjective(bool) const override { return false; }
  Encoding encoding() const override { return inner_->encoding(); }
  void AppendText(std::uint64_t index, std::string& out) const override { inner_->AppendText(Fit(index), out); }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    std::vector<std::uint64_t> fitting(indexes.size());
    for (std::size_t i = 0; i < fitting.size(); ++i) fitting[i] = Fit(indexes[i]);
    inner_->Emit(fitting, out);
  }
  std::string Describe() const override { return inner_->Describe() + " that match"; }

 private:
  std::uint64_t Fit(std::uint64_t index) const {
    constexpr std::uint64_t kMostSteps = 100;
    std::uint64_t here = index % inner_->Size();
    std::string text;
    for (std::uint64_t step = 1; step < kMostSteps; ++step) {
      text.clear();
      inner_->AppendText(here, text);
      if (language_.Matches(text)) return here;
      here = HashIndex(index, step) % inner_->Size();
    }
    return known_;
  }

  ValueSetPointer inner_;
  TextLanguage language_;
  std::uint64_t known_;
};

// `inner`, the last of whose values stand in for the texts that are left out: as many as there are texts. No value of
// an injective set comes twice, since each text stands in one place of it at most.
class LeftOutValueSet final : public ValueSet {
 public:
  LeftOutValueSet(ValueSetPointer inner, std::vector<std::string> texts)
      : inner_(std::move(inner)), texts_(std::move(texts)), size_(inner_->Size() - texts_.size()) {}
  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool ignoring_case) const override { return inner_->IsInjective(ignoring_case); }
  Encoding encoding() const override { return inner_->encoding(); }
  void AppendText(std::uint64_t index, std::string& out) const override { inner_->AppendText(Replace(index), out); }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    std::vector<std::uint64_t> replaced(indexes.size());
    for (std::size_t i = 0; i < replaced.size(); ++i) replaced[i] = Replace(indexes[i]);
    inner_->Emit(replaced, out);
  }
  std::string Describe() const override { return inner_->Describe(); }

 private:
  // Follows stand-ins that are left out themselves. In a set that repeats values they may go round in a circle.
  std::uint64_t Replace(std::uint64_t index) const {
    std::uint64_t here = index % size_;
    std::string text;
    for (std::uint64_t step = 0; step <= 2 * texts_.size(); ++step) {
      text.clear();
      inner_->AppendText(here, text);
      const auto found = std::ranges::find(texts_, text);
      if (found == texts_.end()) return here;
      here = step < texts_.size() ? size_ + static_cast<std::uint64_t>(found - texts_.begin())
                                  : HashIndex(index, step) % size_;
    }
    return here;
  }

  ValueSetPointer inner_;
  std::vector<std::string> texts_;
  std::uint64_t size_;
};

// True if what the set promises of its texts is enough to know that all of them match.
bool IsProven(const ValueSet& values, const TextPattern& pattern) {
  const std::string shape = values.Shape();
  const PatternReading reading = shape.empty() ? PatternReading{} : ReadRegex(shape, false);
  if (!reading.pattern) return false;
  const auto outside = TextLanguage::Intersect(reading.pattern->exact, pattern.exact.Complement());
  return outside && outside->IsEmpty(true);
}

}  // namespace

ValueSetPointer MakePickedValueSet(ValueSetPointer inner, std::vector<std::uint64_t> indexes) {
  return std::make_shared<PickedValueSet>(std::move(inner), std::move(indexes));
}

ValueSetPointer MakeJoinedValueSet(std::vector<JoinedPart> parts) {
  if (parts.size() == 1) return std::move(parts.front().values);
  return std::make_shared<JoinedValueSet>(std::move(parts));
}

std::optional<PositionSet> MakePositionValueSet(const TypeOfColumn& type, const ValueLimits& limits,
                                                const ValueContext& context) {
  const auto scale = FindPositionScale(type);
  if (!scale || limits.has_allowed) return std::nullopt;
  const Span64 legal = LegalPositions(type, *scale);
  PositionSet result{nullptr, legal.first, legal.last};
  if (limits.intervals.size() == 1) {
    const ValueInterval& interval = limits.intervals.front();
    if (interval.lower) {
      const auto lower = PositionOfText(*interval.lower, type);
      const std::int64_t position = lower.value_or(result.lower);
      const bool exact = interval.lower_inclusive && TextOfPosition(position, type) == *interval.lower;
      result.lower = std::max(result.lower, position + (exact || !lower ? 0 : 1));
    }
    if (interval.upper) {
      const std::int64_t position = PositionOfText(*interval.upper, type).value_or(result.upper);
      result.upper = std::min(result.upper, position - (interval.upper_inclusive ? 0 : 1));
    }
  }
  if (result.lower > result.upper) return std::nullopt;
  const auto size = static_cast<std::uint64_t>(result.upper - result.lower) + 1;
  ValueLimits range;
  range.intervals.push_back({TextOfPosition(result.lower, type), TextOfPosition(result.upper, type), true, true});
  const auto stands = [&](const ValueSetPointer& values) {
    return values != nullptr && values->Size() == size && StandsAt(*values, 0, result.lower, type) &&
           StandsAt(*values, size - 1, result.upper, type) &&
           StandsAt(*values, size / 2, result.lower + static_cast<std::int64_t>(size / 2), type);
  };
  if (!scale->is_float) result.values = MakeTypeValueSet(*type.type, type.type_modifier, range, false, context);
  if (!stands(result.values)) result.values = std::make_shared<PositionTextSet>(type, result.lower, size);
  return result;
}

ValueSetPointer LeaveOut(ValueSetPointer inner, const std::vector<std::string>& texts) {
  constexpr std::uint64_t kWhole = 20'000;
  if (inner->Size() > kWhole) return std::make_shared<LeftOutValueSet>(std::move(inner), texts);
  std::vector<std::uint64_t> kept;
  std::string text;
  for (std::uint64_t i = 0; i < inner->Size(); ++i) {
    text.clear();
    inner->AppendText(i, text);
    if (std::ranges::find(texts, text) == texts.end()) kept.push_back(i);
  }
  if (kept.size() == inner->Size()) return inner;
  return kept.empty() ? nullptr : MakePickedValueSet(std::move(inner), std::move(kept));
}

ValueSetPointer FitToPattern(ValueSetPointer inner, const TextPattern& pattern, bool unique) {
  constexpr std::uint64_t kWhole = 20'000;
  constexpr std::uint64_t kSample = 400;
  if (IsProven(*inner, pattern)) return inner;
  const std::uint64_t size = inner->Size();
  std::string text;
  const auto matches = [&](std::uint64_t index) {
    text.clear();
    inner->AppendText(index, text);
    return pattern.exact.Matches(text);
  };
  if (size <= kWhole) {
    std::vector<std::uint64_t> indexes;
    for (std::uint64_t i = 0; i < size; ++i)
      if (matches(i)) indexes.push_back(i);
    if (indexes.size() == size) return inner;
    if (indexes.size() < std::min<std::uint64_t>(size, 3)) return nullptr;
    return MakePickedValueSet(std::move(inner), std::move(indexes));
  }
  if (unique) return nullptr;
  std::uint64_t passed = 0;
  std::uint64_t known = 0;
  for (std::uint64_t i = 0; i < kSample; ++i) {
    const std::uint64_t index = i % 2 == 0 ? HashIndex(i, 7) % size : i;
    if (!matches(index)) continue;
    ++passed;
    known = index;
  }
  if (passed < kSample / 2) return nullptr;
  return std::make_shared<FilteredValueSet>(std::move(inner), pattern.exact, known);
}

}  // namespace dbmocker
