// Packing TargetFacts; see share_facts.h. A packer that only counts gives the size, so that both follow one
// description.
// Read first: PackFacts.
#include "server/share_facts.h"

#include <cstring>

#include "dbmocker/key_file.h"
#include "dbmocker/stored_value_set.h"

namespace dbmocker::server {
namespace {

// Whoever adds a fact must pack it too.
static_assert(sizeof(TargetFacts) == 16 + 8 * sizeof(std::map<int, int>) + sizeof(std::vector<std::int64_t>) +
                                         sizeof(std::shared_ptr<ValueCache>),
              "pack the new facts here");
static_assert(sizeof(ParentKeys) ==
                  16 + sizeof(std::vector<ValueSetPointer>) + sizeof(std::optional<std::int64_t>) + sizeof(std::string),
              "pack the new parts of parents' keys here");

// Puts numbers, texts and value sets one after the other; counts only where there is no memory.
class Packer {
 public:
  explicit Packer(std::byte* out) : out_(out) {}

  void Put(std::uint64_t number) {
    if (out_ != nullptr) std::memcpy(out_ + size_, &number, sizeof number);
    size_ += sizeof number;
  }
  void Put(const std::string& text) {
    Put(text.size());
    if (out_ != nullptr && !text.empty()) std::memcpy(out_ + size_, text.data(), text.size());
    size_ += (text.size() + 7) & ~std::size_t{7};
  }
  void Put(const StoredValueSet& set) {
    Put(set.PackedBytes());
    if (out_ != nullptr) set.Pack(out_ + size_);
    size_ += set.PackedBytes();
  }
  void Put(const KeyFile& file) {
    Put(file.path);
    Put(file.count);
    Put(static_cast<std::uint64_t>(file.encoding));
    Put(std::uint64_t{file.is_distinct});
    Put(file.directory);
  }
  std::size_t size() const { return size_; }

 private:
  std::byte* out_;
  std::size_t size_ = 0;
};

class Unpacker {
 public:
  explicit Unpacker(const std::byte* in) : in_(in) {}

  std::uint64_t Number() {
    std::uint64_t number = 0;
    std::memcpy(&number, in_, sizeof number);
    in_ += sizeof number;
    return number;
  }
  std::int64_t Signed() { return static_cast<std::int64_t>(Number()); }
  std::string Text() {
    const std::size_t size = Number();
    std::string text(reinterpret_cast<const char*>(in_), size);
    in_ += (size + 7) & ~std::size_t{7};
    return text;
  }
  ValueSetPointer Set(const std::shared_ptr<ValueCache>& cache) {
    const std::size_t size = Number();
    ValueSetPointer set = MakePackedValueSet(in_, cache);
    in_ += size;
    return set;
  }
  KeyFile File() {
    KeyFile file;
    file.path = Text();
    file.count = Number();
    file.encoding = static_cast<Encoding>(Number());
    file.is_distinct = Number() != 0;
    file.directory = Number();
    return file;
  }

 private:
  const std::byte* in_;
};

void PutParents(Packer& packer, const ParentKeys& parents) {
  packer.Put(parents.count);
  packer.Put(std::uint64_t{parents.is_filtered});
  packer.Put(parents.description);
  packer.Put(std::uint64_t{parents.dense_first.has_value()});
  packer.Put(static_cast<std::uint64_t>(parents.dense_first.value_or(0)));
  if (parents.dense_first) return;
  packer.Put(parents.columns.size());
  for (const ValueSetPointer& column : parents.columns) {
    const auto* in_file = dynamic_cast<const FileValueSet*>(column.get());
    packer.Put(std::uint64_t{in_file != nullptr});
    if (in_file != nullptr)
      packer.Put(in_file->file());
    else
      packer.Put(dynamic_cast<const StoredValueSet&>(*column));
  }
}

ParentKeys TakeParents(Unpacker& unpacker, const Table& table, const ForeignKey& key,
                       const std::shared_ptr<ValueCache>& cache) {
  ParentKeys parents;
  parents.count = unpacker.Number();
  parents.is_filtered = unpacker.Number() != 0;
  parents.description = unpacker.Text();
  const bool is_dense = unpacker.Number() != 0;
  const std::int64_t first = unpacker.Signed();
  if (is_dense) {
    parents.dense_first = first;
    parents.columns.push_back(
        MakeSequenceValueSet(*table.FindColumn(key.columns.front())->type, first, 1, parents.count));
    return parents;
  }
  for (std::uint64_t left = unpacker.Number(); left > 0; --left) {
    const bool in_file = unpacker.Number() != 0;
    parents.columns.push_back(in_file ? std::make_shared<FileValueSet>(unpacker.File(), cache) : unpacker.Set(cache));
  }
  return parents;
}

using TextsByColumn = std::map<AttributeNumber, std::vector<std::string>>;

void PutTexts(Packer& packer, const TextsByColumn& lists) {
  packer.Put(lists.size());
  for (const auto& [column, texts] : lists) {
    packer.Put(static_cast<std::uint64_t>(column));
    packer.Put(texts.size());
    for (const std::string& text : texts) packer.Put(text);
  }
}

void TakeTexts(Unpacker& unpacker, TextsByColumn& lists) {
  for (std::uint64_t left = unpacker.Number(); left > 0; --left) {
    std::vector<std::string>& texts = lists[static_cast<AttributeNumber>(unpacker.Signed())];
    for (std::uint64_t more = unpacker.Number(); more > 0; --more) texts.push_back(unpacker.Text());
  }
}

void PutFacts(Packer& packer, const TargetFacts& facts) {
  const CacheLimits limits = facts.cache->limits();
  packer.Put(static_cast<std::uint64_t>(limits.strategy));
  packer.Put(limits.cache_bytes);
  packer.Put(limits.memory_bytes);
  packer.Put(std::uint64_t{facts.has_rows});
  packer.Put(facts.first_ordinal);
  packer.Put(facts.sequence_starts.size());
  for (const auto& [column, start] : facts.sequence_starts) {
    packer.Put(static_cast<std::uint64_t>(column));
    packer.Put(static_cast<std::uint64_t>(start));
  }
  packer.Put(facts.maxima.size());
  for (const auto& [column, maximum] : facts.maxima) {
    packer.Put(static_cast<std::uint64_t>(column));
    packer.Put(std::uint64_t{maximum.has_value()});
    packer.Put(static_cast<std::uint64_t>(maximum.value_or(0)));
  }
  packer.Put(facts.parents.size());
  for (const auto& [place, parents] : facts.parents) {
    packer.Put(place);
    PutParents(packer, parents);
  }
  PutTexts(packer, facts.looked_up);
  PutTexts(packer, facts.tried);
  packer.Put(facts.rules.size());
  for (const auto& [column, rule] : facts.rules) {
    packer.Put(static_cast<std::uint64_t>(column));
    packer.Put(rule.json);
    packer.Put(rule.origin);
  }
  packer.Put(facts.shapes.size());
  for (const auto& [column, regex] : facts.shapes) {
    packer.Put(static_cast<std::uint64_t>(column));
    packer.Put(regex);
  }
  packer.Put(facts.sample.size());
  for (const auto& [column, values] : facts.sample) {
    packer.Put(static_cast<std::uint64_t>(column));
    packer.Put(values.size());
    for (const auto& value : values) {
      packer.Put(std::uint64_t{value.has_value()});
      if (value) packer.Put(*value);
    }
  }
}

}  // namespace

std::size_t PackedFactsBytes(const TargetFacts& facts) {
  Packer counter(nullptr);
  PutFacts(counter, facts);
  return counter.size();
}

void PackFacts(const TargetFacts& facts, std::byte* out) {
  Packer packer(out);
  PutFacts(packer, facts);
}

TargetFacts UnpackFacts(const Table& table, const std::byte* packed) {
  Unpacker unpacker(packed);
  TargetFacts facts;
  CacheLimits limits;
  limits.strategy = static_cast<CacheStrategy>(unpacker.Number());
  limits.cache_bytes = unpacker.Number();
  limits.memory_bytes = unpacker.Number();
  facts.cache = std::make_shared<ValueCache>(limits);
  facts.has_rows = unpacker.Number() != 0;
  facts.first_ordinal = unpacker.Number();
  for (std::uint64_t left = unpacker.Number(); left > 0; --left) {
    const auto column = static_cast<AttributeNumber>(unpacker.Signed());
    facts.sequence_starts[column] = unpacker.Signed();
  }
  for (std::uint64_t left = unpacker.Number(); left > 0; --left) {
    const auto column = static_cast<AttributeNumber>(unpacker.Signed());
    const bool is_known = unpacker.Number() != 0;
    const std::int64_t maximum = unpacker.Signed();
    facts.maxima[column] = is_known ? std::optional<std::int64_t>(maximum) : std::nullopt;
  }
  for (std::uint64_t left = unpacker.Number(); left > 0; --left) {
    const std::size_t place = unpacker.Number();
    facts.parents[place] = TakeParents(unpacker, table, table.foreign_keys.at(place), facts.cache);
  }
  TakeTexts(unpacker, facts.looked_up);
  TakeTexts(unpacker, facts.tried);
  for (std::uint64_t left = unpacker.Number(); left > 0; --left) {
    RuleText& rule = facts.rules[static_cast<AttributeNumber>(unpacker.Signed())];
    rule.json = unpacker.Text();
    rule.origin = unpacker.Text();
  }
  for (std::uint64_t left = unpacker.Number(); left > 0; --left) {
    const auto column = static_cast<AttributeNumber>(unpacker.Signed());
    facts.shapes[column] = unpacker.Text();
  }
  for (std::uint64_t left = unpacker.Number(); left > 0; --left) {
    auto& values = facts.sample[static_cast<AttributeNumber>(unpacker.Signed())];
    for (std::uint64_t more = unpacker.Number(); more > 0; --more) {
      values.emplace_back();
      if (unpacker.Number() != 0) values.back() = unpacker.Text();
    }
  }
  return facts;
}

std::uint64_t HashPlan(const Plan& plan) {
  std::uint64_t hash = plan.rows ^ (plan.first_ordinal << 1) ^ plan.key_capacity;
  for (const PlanLine& line : plan.lines)
    for (const std::string* text : {&line.name, &line.method, &line.detail})
      hash = hash_combine64(hash, hash_bytes_extended(reinterpret_cast<const unsigned char*>(text->data()),
                                                      static_cast<int>(text->size()), hash));
  return hash;
}

}  // namespace dbmocker::server
