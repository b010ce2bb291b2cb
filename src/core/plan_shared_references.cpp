// Foreign keys that share columns with one that is placed already, as (tenant_id, customer_id) and (tenant_id,
// product_id) do: the row's parent is drawn from those parents that have the shared columns' values.
// Read first: PlanBuilder::PlaceSharedReference, then MatchingParentSource.
#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "dbmocker/error.h"
#include "plan_builder.h"
#include "read_expression.h"

namespace dbmocker {
namespace {

// For every index of one key's parents: which parents of the other key have the same values in the shared columns.
struct MatchingParents {
  std::vector<std::uint32_t> group_of;  // by index of the leading key; groups.size() = none matches
  std::vector<std::uint64_t> group_starts;  // in members; one more than there are groups
  std::vector<std::uint64_t> members;  // indexes of the following key's parents, group by group
  bool is_complete = true;  // every leading parent has a match
};

// Draws uniformly from the parents that match the lane of the leading key. Rows without a match take parent 0; they are
// to be NULL.
class MatchingParentSource final : public IndexSource {
 public:
  MatchingParentSource(StreamKey key, LaneNumber leading, std::shared_ptr<const MatchingParents> parents)
      : key_(key), leading_(leading), parents_(std::move(parents)) {}

  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const StreamKey key = rows.attempt > 0 ? Derive(key_, rows.attempt) : key_;
    const std::span<const std::uint64_t> leading = lanes.Read(leading_);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint32_t group = parents_->group_of[leading[i]];
      const std::uint64_t start = parents_->group_starts[group];
      const std::uint64_t size =
          group + 1 < parents_->group_starts.size() ? parents_->group_starts[group + 1] - start : 0;
      out[i] = size == 0 ? 0 : parents_->members[start + Scale(Word(key, rows.ordinals[i]), size)];
    }
  }
  std::string Describe() const override { return "parents that match lane " + std::to_string(leading_); }

 private:
  StreamKey key_;
  LaneNumber leading_;
  std::shared_ptr<const MatchingParents> parents_;
};

// Words that ask for NULL where no parent matches, or where `words` do.
class UnmatchedNullSource final : public IndexSource {
 public:
  UnmatchedNullSource(IndexSourcePointer words, LaneNumber leading, std::shared_ptr<const MatchingParents> parents)
      : words_(std::move(words)), leading_(leading), parents_(std::move(parents)) {}

  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    words_->Draw(rows, lanes, out);
    const std::span<const std::uint64_t> leading = lanes.Read(leading_);
    for (std::size_t i = 0; i < out.size(); ++i)
      if (parents_->group_of[leading[i]] + 1 >= parents_->group_starts.size()) out[i] = 0;
  }
  std::string Describe() const override { return "words for NULL where no parent matches"; }

 private:
  IndexSourcePointer words_;
  LaneNumber leading_;
  std::shared_ptr<const MatchingParents> parents_;
};

// Uniform over a list of indexes.
class ListedSource final : public IndexSource {
 public:
  ListedSource(StreamKey key, std::vector<std::uint64_t> list)
      : uniform_(MakeUniformSource(key, list.size())), list_(std::move(list)) {}
  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    uniform_->Draw(rows, lanes, out);
    for (std::uint64_t& index : out) index = list_[index];
  }
  std::string Describe() const override { return "uniform over " + std::to_string(list_.size()) + " of the parents"; }

 private:
  IndexSourcePointer uniform_;
  std::vector<std::uint64_t> list_;
};

// A column that both keys have: its values in either, and how many bytes a Fixed one has.
struct SharedColumn {
  const ValueSet* leading;
  const ValueSet* following;
  std::size_t length;
};
using SharedColumns = std::vector<SharedColumn>;

// Appends the bytes of one value, without a varlena's header, which may be a long or a short one.
void AppendBytes(const ColumnBuffer& buffer, std::size_t row, std::size_t length, std::string& out) {
  const std::uint64_t word = buffer.words()[row];
  if (buffer.encoding == Encoding::Word) return void(out.append(reinterpret_cast<const char*>(&word), sizeof word));
  const auto* bytes = reinterpret_cast<const char*>(word);
  if (buffer.encoding == Encoding::Fixed) return void(out.append(bytes, length));
  if (buffer.encoding == Encoding::InputText) return void(out.append(bytes));
  out.append(varlena::Payload(bytes));
}

// The values of each parent in the shared columns, as one text.
std::vector<std::string> KeyTexts(const SharedColumns& shared, bool is_leading, std::uint64_t count) {
  constexpr std::uint64_t kChunk = 1024;
  std::vector<std::string> texts(count);
  std::vector<std::uint64_t> indexes;
  ColumnBuffer buffer;
  for (const SharedColumn& column : shared) {
    const ValueSet& values = is_leading ? *column.leading : *column.following;
    for (std::uint64_t start = 0; start < count; start += kChunk) {
      indexes.clear();
      for (std::uint64_t i = start; i < std::min(start + kChunk, count); ++i) indexes.push_back(i);
      buffer.Reset(indexes.size());
      buffer.encoding = values.encoding();
      values.Emit(indexes, buffer);
      for (std::size_t row = 0; row < indexes.size(); ++row) {
        std::string& text = texts[start + row];
        const std::size_t size = text.size();
        AppendBytes(buffer, row, column.length, text);
        text += ':' + std::to_string(text.size() - size) + ';';
      }
    }
  }
  return texts;
}

std::shared_ptr<const MatchingParents> MatchParents(const SharedColumns& shared, std::uint64_t leading_count,
                                                    std::uint64_t following_count) {
  const std::vector<std::string> leading_texts = KeyTexts(shared, true, leading_count);
  const std::vector<std::string> following_texts = KeyTexts(shared, false, following_count);
  std::unordered_map<std::string, std::uint32_t> groups;
  std::vector<std::uint32_t> group_of_following(following_count);
  for (std::uint64_t i = 0; i < following_count; ++i)
    group_of_following[i] =
        groups.try_emplace(following_texts[i], static_cast<std::uint32_t>(groups.size())).first->second;
  auto result = std::make_shared<MatchingParents>();
  result->group_starts.assign(groups.size() + 1, 0);
  for (const std::uint32_t group : group_of_following) ++result->group_starts[group + 1];
  for (std::size_t group = 0; group < groups.size(); ++group)
    result->group_starts[group + 1] += result->group_starts[group];
  result->members.resize(following_count);
  std::vector<std::uint64_t> next(result->group_starts.begin(), result->group_starts.end() - 1);
  for (std::uint64_t i = 0; i < following_count; ++i) result->members[next[group_of_following[i]]++] = i;
  result->group_of.resize(leading_count);
  for (std::uint64_t i = 0; i < leading_count; ++i) {
    const auto found = groups.find(leading_texts[i]);
    result->group_of[i] = found == groups.end() ? static_cast<std::uint32_t>(groups.size()) : found->second;
    result->is_complete &= found != groups.end();
  }
  return result;
}

// The column that `number` is compared with for equality anywhere in the condition, or 0.
AttributeNumber FindEquality(const Expression& condition, AttributeNumber number) {
  if (condition.kind == Expression::Kind::And || condition.kind == Expression::Kind::Or) {
    for (const Expression& part : condition.arguments)
      if (const AttributeNumber found = FindEquality(part, number)) return found;
    return 0;
  }
  if (condition.kind != Expression::Kind::Operator || condition.name != "=" || condition.arguments.size() != 2)
    return 0;
  const Expression& left = StripCasts(condition.arguments[0]);
  const Expression& right = StripCasts(condition.arguments[1]);
  if (left.kind != Expression::Kind::Column || right.kind != Expression::Kind::Column) return 0;
  if (left.column == number) return right.column;
  return right.column == number ? left.column : 0;
}

}  // namespace

// The column of another key that a CHECK wants to be equal to this one; nullptr if there is none.
const ColumnState* PlanBuilder::FindEqual(AttributeNumber number, std::size_t place) const {
  for (const Condition& condition : conditions_) {
    if (condition.domain_column != 0 || condition.check == nullptr) continue;
    const AttributeNumber other = FindEquality(*condition.check, number);
    const ColumnState* state = other == 0 ? nullptr : Find(other);
    if (state != nullptr && state->role == ColumnRole::Reference && state->values != nullptr && state->lane >= 0 &&
        state->foreign_key != place)
      return state;
  }
  return nullptr;
}

// Draws the free columns of the key from parents that match its decided ones. Where all columns are decided, or nothing
// can be matched: NULL in a free column satisfies MATCH SIMPLE, else the key is checked when the rows are stored.
void PlanBuilder::PlaceSharedReference(std::size_t place) {
  const ForeignKey& key = table_.foreign_keys[place];
  if (key.referenced_oid != table_.oid && MatchSharedColumns(place)) return;
  for (const AttributeNumber number : key.columns) {
    ColumnState* state = Find(number);
    if (state == nullptr || state->role != ColumnRole::Undecided || !MayBeNull(number) || key.match == 'f') continue;
    state->role = ColumnRole::AlwaysNull;
    state->generator = "NULL";
    state->reason = "shares columns with another foreign key";
    reference_methods_[key.name] = {"construction", "NULL: " + state->reason};
    return;
  }
  reference_methods_[key.name] = {"validation", "shares columns with another key; checked when the rows are stored"};
}

// Draws the leading key only from parents that another key has a match for. False if there are none, or if the leading
// key follows another one itself.
bool PlanBuilder::RestrictLeader(std::size_t place, LaneNumber lane, const std::vector<bool>& has_match) {
  const ForeignKey& key = table_.foreign_keys[place];
  const auto [found, is_new] = leaders_.try_emplace(place);
  std::vector<std::uint64_t>& list = found->second;
  if (is_new) {
    list.resize(has_match.size());
    std::iota(list.begin(), list.end(), std::uint64_t{0});
  }
  std::vector<std::uint64_t> kept;
  for (const std::uint64_t index : list)
    if (has_match[index]) kept.push_back(index);
  if (kept.empty() || followers_.contains(place)) return false;
  list = kept;
  plan_->sources[static_cast<std::size_t>(lane)] =
      std::make_unique<ListedSource>(KeyFor("FOREIGN KEY " + key.name), std::move(kept));
  reference_methods_[key.name] = {"construction", "uniform over the " + std::to_string(list.size()) + " of " +
                                                      key.referenced_table + " that suit the other foreign keys"};
  return true;
}

bool PlanBuilder::MatchSharedColumns(std::size_t place) {
  const ForeignKey& key = table_.foreign_keys[place];
  const auto parents = facts_.parents.find(place);
  if (parents == facts_.parents.end() || parents->second.count == 0) return false;
  const ColumnState* leader = nullptr;
  SharedColumns shared;
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const ColumnState* state = Find(key.columns[i]);
    if (state == nullptr) return false;
    const bool is_own = state->role == ColumnRole::Reference && state->foreign_key == place;
    if (is_own || (state->role == ColumnRole::Undecided && !state->limits.always_null)) {
      free.push_back(i);
      state = FindEqual(key.columns[i], place);
      if (state == nullptr) continue;
    }
    const bool is_same = leader == nullptr || leader->foreign_key == state->foreign_key;
    if (state->role != ColumnRole::Reference || state->values == nullptr || !is_same) return false;
    leader = state;
    const ValueSet* following = parents->second.columns[i].get();
    if (following->encoding() != state->values->encoding()) return false;
    shared.push_back({state->values.get(), following, static_cast<std::size_t>(std::max(0, state->base.type->length))});
  }
  const auto leading = leader == nullptr ? facts_.parents.end() : facts_.parents.find(leader->foreign_key);
  if (leading == facts_.parents.end() || key.match == 'f') return false;
  auto matching = MatchParents(shared, leading->second.count, parents->second.count);
  const bool is_optional =
      !free.empty() && std::ranges::all_of(free, [&](std::size_t i) { return MayBeNull(key.columns[i]); });
  if (!matching->is_complete && !is_optional) {
    std::vector<bool> has_match(leading->second.count);
    for (std::size_t i = 0; i < has_match.size(); ++i)
      has_match[i] = matching->group_of[i] + 1 < matching->group_starts.size();
    if (!RestrictLeader(leader->foreign_key, leader->lane, has_match)) return false;
  }
  if (free.empty()) {
    key_references_.insert(leader->foreign_key);
    reference_methods_[key.name] = {"construction", "all of its columns follow from another foreign key"};
    return true;
  }
  const LaneNumber lane =
      AddSource(std::make_unique<MatchingParentSource>(KeyFor("FOREIGN KEY " + key.name), leader->lane, matching));
  LaneNumber null_lane = -1;
  const double share = NullShareOf(key);
  if (is_optional && (share > 0 || !matching->is_complete))
    null_lane = AddSource(std::make_unique<UnmatchedNullSource>(
        MakeNullWordSource(KeyFor(key.name + " IS NULL"), std::nullopt), leader->lane, matching));
  for (const std::size_t i : free) {
    ColumnState* state = Find(key.columns[i]);
    state->role = ColumnRole::Reference;
    state->foreign_key = place;
    state->lane = lane;
    state->values = parents->second.columns[i];
    state->null_lane = null_lane;
    state->null_below = std::max<std::uint64_t>(NullThreshold(share), 1);
    state->generator = "key of " + key.referenced_table;
    state->reason = "matches the columns shared with another foreign key";
  }
  // A unique key may not move the lane that the parents were matched to, nor this one.
  followers_.insert(place);
  key_references_.insert(place);
  key_references_.insert(leader->foreign_key);
  reference_methods_[key.name] = {"construction",
                                  "parents in " + key.referenced_table + " that match the shared columns"};
  return true;
}

}  // namespace dbmocker
