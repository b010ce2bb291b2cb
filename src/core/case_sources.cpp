// See case_sources.h.
// Read first: CaseSource, then RelatedSource::Choose.
#include "case_sources.h"

#include <algorithm>
#include <string>
#include <utility>

#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kNeverNull = ~std::uint64_t{0};

StreamKey KeyOfAttempt(StreamKey key, std::uint32_t attempt) { return attempt > 0 ? Derive(key, attempt) : key; }

class CaseSource final : public IndexSource {
 public:
  CaseSource(StreamKey key, std::size_t count, std::vector<CaseDriver> drivers)
      : key_(key), count_(count), drivers_(std::move(drivers)) {}

  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const StreamKey key = KeyOfAttempt(key_, rows.attempt);
    if (drivers_.empty()) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = Scale(Word(key, rows.ordinals[i]), count_);
      return;
    }
    std::vector<CaseSet> left(out.size());
    CaseSet all;
    for (std::size_t i = 0; i < count_; ++i) all.set(i);
    std::fill(left.begin(), left.end(), all);
    for (const CaseDriver& driver : drivers_) Apply(driver, lanes, left);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const CaseSet& cases = left[i].any() ? left[i] : all;  // no case fits: the server's check rejects the row
      std::uint64_t choice = Scale(Word(key, rows.ordinals[i]), cases.count());
      std::size_t place = 0;
      for (;; ++place) {
        if (!cases[place]) continue;
        if (choice-- == 0) break;
      }
      out[i] = place;
    }
  }
  std::string Describe() const override { return "one of " + std::to_string(count_) + " cases"; }

 private:
  static void Apply(const CaseDriver& driver, LaneReader& lanes, std::vector<CaseSet>& left) {
    std::span<const std::uint64_t> indexes;
    std::span<const std::uint64_t> words;
    if (driver.lane >= 0) indexes = lanes.Read(driver.lane);
    if (driver.null_lane >= 0) words = lanes.Read(driver.null_lane);
    for (std::size_t i = 0; i < left.size(); ++i) {
      const bool is_null = driver.lane < 0 || (!words.empty() && words[i] < driver.null_below);
      if (is_null) {
        left[i] &= driver.with_null;
      } else if (!driver.by_index.empty()) {
        left[i] &= driver.by_index[indexes[i]];
      } else if (driver.judge) {
        left[i] &= driver.judge(indexes[i]);
      }
    }
  }

  StreamKey key_;
  std::size_t count_;
  std::vector<CaseDriver> drivers_;
};

class CaseChoiceSource final : public IndexSource {
 public:
  CaseChoiceSource(StreamKey key, LaneNumber case_lane, LaneNumber lane, std::vector<CaseChoice> choices)
      : key_(key), case_lane_(case_lane), lane_(lane), choices_(std::move(choices)) {}

  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const StreamKey key = KeyOfAttempt(key_, rows.attempt);
    const auto cases = lanes.Read(case_lane_);
    std::span<const std::uint64_t> own;
    if (lane_ >= 0) own = lanes.Read(lane_);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const CaseChoice& choice = choices_[cases[i]];
      out[i] = choice.size == 0 ? (own.empty() ? 0 : own[i])
                                : choice.start + Scale(Word(key, rows.ordinals[i]), choice.size);
    }
  }
  std::string Describe() const override { return "an index by case"; }

 private:
  StreamKey key_;
  LaneNumber case_lane_;
  LaneNumber lane_;
  std::vector<CaseChoice> choices_;
};

class CaseNullSource final : public IndexSource {
 public:
  CaseNullSource(LaneNumber case_lane, LaneNumber lane, std::vector<CaseNull> by_case)
      : case_lane_(case_lane), lane_(lane), by_case_(std::move(by_case)) {}

  void Draw(const RowSet& /*rows*/, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const auto cases = lanes.Read(case_lane_);
    std::span<const std::uint64_t> words;
    if (lane_ >= 0) words = lanes.Read(lane_);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const CaseNull null = by_case_[cases[i]];
      out[i] = null == CaseNull::Always ? 0 : null == CaseNull::Never || words.empty() ? kNeverNull : words[i];
    }
  }
  std::string Describe() const override { return "words for NULL by case"; }

 private:
  LaneNumber case_lane_;
  LaneNumber lane_;
  std::vector<CaseNull> by_case_;
};

// How far from a bound a value may lie where nothing else decides it.
std::int64_t UsualWidth(const TypeOfColumn& type) {
  const auto scale = FindPositionScale(type);
  if (!scale) return 0;
  if (scale->family == 'd') return 90;
  if (scale->family == 't') return std::int64_t{30} * 86'400'000'000;
  if (scale->family == 'o') return std::int64_t{4} * 3'600'000'000;
  std::int64_t width = 100;
  for (int i = 0; i < scale->decimals; ++i) width *= 10;
  return width;
}

class RelatedSource final : public IndexSource {
 public:
  RelatedSource(StreamKey key, LaneNumber case_lane, RelatedTarget target)
      : key_(key), case_lane_(case_lane), target_(std::move(target)), width_(UsualWidth(target_.column.type)) {}

  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const StreamKey key = KeyOfAttempt(key_, rows.attempt);
    const auto own = lanes.Read(target_.column.lane);
    std::span<const std::uint64_t> cases;
    if (case_lane_ >= 0) cases = lanes.Read(case_lane_);
    std::vector<std::span<const std::uint64_t>> indexes(target_.others.size());
    std::vector<std::span<const std::uint64_t>> words(target_.others.size());
    for (std::size_t k = 0; k < target_.others.size(); ++k) {
      if (target_.others[k].lane >= 0) indexes[k] = lanes.Read(target_.others[k].lane);
      if (target_.others[k].null_lane >= 0) words[k] = lanes.Read(target_.others[k].null_lane);
    }
    Row row;
    row.others.resize(target_.others.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      row.positions.clear();
      for (std::size_t k = 0; k < target_.others.size(); ++k) {
        const bool is_null = indexes[k].empty() || (!words[k].empty() && words[k][i] < target_.others[k].null_below);
        Other& other = row.others[k];
        other.index = is_null ? std::nullopt : std::optional(indexes[k][i]);
        other.has_text = other.is_placed = false;
      }
      row.word = Word(key, rows.ordinals[i]);
      row.case_number = cases.empty() ? 0 : cases[i];
      out[i] = Choose(own[i], row);
    }
  }
  std::string Describe() const override { return "an index beside other columns"; }

 private:
  // Another column in the row at hand; its text and position are found when first asked for.
  struct Other {
    std::optional<std::uint64_t> index;  // nullopt: NULL
    std::string text;
    bool has_text = false;
    bool is_placed = false;  // its position, if it has one, is among the row's
  };
  struct Row {
    std::vector<Other> others;
    std::vector<ColumnPosition> positions;
    std::string scratch;
    std::uint64_t word = 0;
    std::uint64_t case_number = 0;
  };
  // What the row's relations leave to the target.
  struct Demands {
    PositionBounds bounds;
    std::vector<std::int64_t> forbidden;
    bool has_bounds = false;
    std::vector<const std::string*> other_texts;  // texts that it must not have
    const std::string* wanted_text = nullptr;  // the text that it must have
    std::optional<std::size_t> same_as;  // the other column whose value it must have, from that column's set
  };

  std::optional<std::size_t> FindOther(AttributeNumber column) const {
    for (std::size_t k = 0; k < target_.others.size(); ++k)
      if (target_.others[k].column == column) return k;
    return std::nullopt;
  }

  const std::string& TextOfOther(std::size_t k, Row& row) const {
    Other& other = row.others[k];
    if (!other.has_text) {
      other.text.clear();
      target_.others[k].values->AppendText(*other.index, other.text);
      other.has_text = true;
    }
    return other.text;
  }

  // Adds the other's position to the row's; false if it is NULL. One without a position leaves the relation open.
  bool PlaceOther(std::size_t k, Row& row) const {
    Other& other = row.others[k];
    if (!other.index) return false;
    if (other.is_placed) return true;
    other.is_placed = true;
    const RelatedColumn& column = target_.others[k];
    if (const auto position = PositionOfText(TextOfOther(k, row), column.type))
      row.positions.push_back({column.column, *position});
    return true;
  }

  // True if all other columns of the relation are known; then an Order relation has their positions.
  bool Prepare(const Relation& relation, Row& row) const {
    for (const AttributeNumber column : relation.columns) {
      if (column == target_.column.column) continue;
      const auto other = FindOther(column);
      if (!other || !row.others[*other].index) return false;
      if (relation.kind == Relation::Kind::Order && !PlaceOther(*other, row)) return false;
    }
    return true;
  }

  void Collect(Row& row, Demands& demands) const {
    constexpr Int128 kFar = static_cast<Int128>(1) << 100;
    demands.bounds = {-kFar, kFar, std::nullopt};
    for (const RelatedRule& rule : target_.rules) {
      if (case_lane_ >= 0 && !rule.cases[row.case_number]) continue;
      if (!Prepare(rule.relation, row)) continue;
      if (rule.relation.kind != Relation::Kind::Order) {
        for (const AttributeNumber column : rule.relation.columns) {
          const auto other = FindOther(column);
          if (!other) continue;
          if (rule.relation.kind == Relation::Kind::DifferentText) {
            demands.other_texts.push_back(&TextOfOther(*other, row));
          } else if (target_.starts[*other] > 0) {
            demands.same_as = other;
          } else {
            demands.wanted_text = &TextOfOther(*other, row);
          }
        }
        continue;
      }
      demands.bounds.without.reset();
      if (!BoundPosition(rule.relation, target_.column.column, row.positions, demands.bounds)) continue;
      demands.has_bounds = true;
      if (demands.bounds.without && *demands.bounds.without >= INT64_MIN && *demands.bounds.without <= INT64_MAX)
        demands.forbidden.push_back(static_cast<std::int64_t>(*demands.bounds.without));
    }
  }

  bool Fits(std::uint64_t index, const Demands& demands, std::string& text) const {
    text.clear();
    target_.column.values->AppendText(index, text);
    if (std::ranges::any_of(demands.other_texts, [&text](const std::string* other) { return *other == text; }))
      return false;
    if (demands.wanted_text != nullptr && *demands.wanted_text != text) return false;
    if (!demands.has_bounds) return true;
    const auto position = PositionOfText(text, target_.column.type);
    return position && *position >= demands.bounds.lower && *position <= demands.bounds.upper &&
           std::ranges::find(demands.forbidden, *position) == demands.forbidden.end();
  }

  std::uint64_t Choose(std::uint64_t own, Row& row) const {
    Demands demands;
    Collect(row, demands);
    if (demands.same_as) return target_.starts[*demands.same_as] + *row.others[*demands.same_as].index;
    if (!demands.has_bounds && demands.other_texts.empty() && demands.wanted_text == nullptr) return own;
    if (Fits(own, demands, row.scratch)) return own;
    constexpr std::uint64_t kFewTries = 4;
    constexpr std::uint64_t kSmallSet = 200;
    CaseChoice part{0, target_.base_size};
    if (!target_.parts.empty() && target_.parts[row.case_number].size > 0) part = target_.parts[row.case_number];
    const bool may_stand_freely = target_.positions && !target_.fixed_values[row.case_number] && demands.has_bounds;
    const bool scan = part.size <= kSmallSet || !may_stand_freely;
    const std::uint64_t tries = scan ? std::min<std::uint64_t>(part.size, kSmallSet) : kFewTries;
    for (std::uint64_t step = 0; step < tries; ++step) {
      const std::uint64_t place = scan ? row.word % part.size + step : HashIndex(row.word, step);
      const std::uint64_t index = part.start + place % part.size;
      if (Fits(index, demands, row.scratch)) return index;
    }
    return may_stand_freely ? ChoosePosition(demands, row.word).value_or(own) : own;
  }

  std::optional<std::uint64_t> ChoosePosition(const Demands& demands, std::uint64_t word) const {
    Int128 first = std::max<Int128>(demands.bounds.lower, target_.positions->first);
    Int128 last = std::min<Int128>(demands.bounds.upper, target_.positions->second);
    if (first > last) return std::nullopt;
    const Int128 lowest = first;
    // Near the bound that the relations set; a number is not below zero unless it has to be.
    const bool from_below = demands.bounds.lower >= first || demands.bounds.upper > last;
    const auto scale = FindPositionScale(target_.column.type);
    if (!from_below && scale && scale->family == 'n' && first < 0 && last >= 0) first = 0;
    if (last - first > width_) (from_below ? last : first) = from_below ? first + width_ : last - width_;
    auto position = static_cast<std::int64_t>(first) +
                    static_cast<std::int64_t>(Scale(word, static_cast<std::uint64_t>(last - first) + 1));
    for (std::size_t i = 0; i <= demands.forbidden.size(); ++i) {
      if (std::ranges::find(demands.forbidden, position) == demands.forbidden.end()) break;
      position = position < last ? position + 1 : static_cast<std::int64_t>(lowest);
    }
    return target_.own_size + static_cast<std::uint64_t>(position - target_.positions->first);
  }

  StreamKey key_;
  LaneNumber case_lane_;
  RelatedTarget target_;
  std::int64_t width_;
};

}  // namespace

IndexSourcePointer MakeCaseSource(StreamKey key, std::size_t count, std::vector<CaseDriver> drivers) {
  return std::make_unique<CaseSource>(key, count, std::move(drivers));
}
IndexSourcePointer MakeCaseChoiceSource(StreamKey key, LaneNumber case_lane, LaneNumber lane,
                                        std::vector<CaseChoice> choices) {
  return std::make_unique<CaseChoiceSource>(key, case_lane, lane, std::move(choices));
}
IndexSourcePointer MakeCaseNullSource(LaneNumber case_lane, LaneNumber lane, std::vector<CaseNull> by_case) {
  return std::make_unique<CaseNullSource>(case_lane, lane, std::move(by_case));
}
IndexSourcePointer MakeRelatedSource(StreamKey key, LaneNumber case_lane, RelatedTarget target) {
  return std::make_unique<RelatedSource>(key, case_lane, std::move(target));
}

}  // namespace dbmocker
