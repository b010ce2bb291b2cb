// See dependent_sources.h.
// Read first: TextReader.
#include "dependent_sources.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace dbmocker {
namespace {

// Reads the other column's texts of a batch.
class TextReader {
 public:
  explicit TextReader(Determinant determinant) : determinant_(std::move(determinant)) {}

  // Calls take(row, text) for each row; nullptr for NULL. The text lives until the next row.
  template <class Take>
  void Read(LaneReader& lanes, std::size_t rows, Take take) const {
    std::string text;
    const auto indexes =
        determinant_.values == nullptr ? std::span<const std::uint64_t>() : lanes.Read(determinant_.lane);
    const auto words =
        determinant_.null_lane < 0 ? std::span<const std::uint64_t>() : lanes.Read(determinant_.null_lane);
    for (std::size_t row = 0; row < rows; ++row) {
      const bool is_null = indexes.empty() || (!words.empty() && words[row] < determinant_.null_below);
      text.clear();
      if (!is_null) determinant_.values->AppendText(indexes[row], text);
      take(row, is_null ? nullptr : &text);
    }
  }

  const Determinant& determinant() const { return determinant_; }

 private:
  Determinant determinant_;
};

std::uint64_t HashOf(const std::string* text) {
  return text == nullptr ? 0x4E554C4C : MakeStreamKey(0, "determinant", *text).value;
}

class DependentSource final : public IndexSource {
 public:
  DependentSource(StreamKey key, Determinant determinant, LaneNumber inner, std::uint64_t shared_size)
      : reader_(std::move(determinant)), inner_(inner), salt_(key.value) {
    std::string text;
    const std::uint64_t probes = std::min<std::uint64_t>(shared_size, kMostProbes);
    for (std::uint64_t index = 0; index < probes; ++index) {
      text.clear();
      reader_.determinant().values->AppendText(index, text);
      first_.try_emplace(text, index);
    }
  }

  void Draw(const RowSet& /*rows*/, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    std::vector<std::uint64_t> rows(out.size());
    std::vector<std::optional<std::uint64_t>> firsts(out.size());
    reader_.Read(lanes, out.size(), [&](std::size_t row, const std::string* text) {
      rows[row] = Mix(HashOf(text) ^ salt_) >> 2;
      const auto found = text == nullptr ? first_.end() : first_.find(*text);
      if (found != first_.end()) firsts[row] = found->second;
    });
    lanes.Evaluate(inner_, RowSet{rows, rows, 0}, out);
    for (std::size_t row = 0; row < out.size(); ++row) out[row] = firsts[row].value_or(out[row]);
  }
  std::string Describe() const override { return "by another column's value"; }

 private:
  static constexpr std::uint64_t kMostProbes = 4096;  // of places, of which all that there are recur at once
  TextReader reader_;
  LaneNumber inner_;
  std::uint64_t salt_;
  std::unordered_map<std::string, std::uint64_t> first_;
};

class DependentNullSource final : public IndexSource {
 public:
  DependentNullSource(StreamKey key, Determinant determinant) : reader_(std::move(determinant)), salt_(key.value) {}
  void Draw(const RowSet& /*rows*/, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    reader_.Read(lanes, out.size(),
                 [&](std::size_t row, const std::string* text) { out[row] = Mix(HashOf(text) ^ salt_); });
  }
  std::string Describe() const override { return "words for NULL, by another column's value"; }

 private:
  TextReader reader_;
  std::uint64_t salt_;
};

class ChosenSource final : public IndexSource {
 public:
  ChosenSource(StreamKey key, Determinant determinant, ValueChoices choices, bool is_null)
      : reader_(std::move(determinant)), choices_(std::move(choices)), key_(key), is_null_(is_null) {}
  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const StreamKey key = rows.attempt > 0 ? Derive(key_, rows.attempt) : key_;
    reader_.Read(lanes, out.size(), [&](std::size_t row, const std::string* text) {
      const auto found = text == nullptr ? choices_.listed.end() : choices_.listed.find(*text);
      const std::vector<std::uint64_t>& list = found == choices_.listed.end() ? choices_.others : found->second;
      const std::uint64_t word = Word(key, rows.ordinals[row]);
      if (is_null_)
        out[row] = list.empty() ? 0 : std::max<std::uint64_t>(word, 1);
      else
        out[row] = list.empty() ? 0 : list[Scale(word, list.size())];
    });
  }
  std::string Describe() const override { return "listed by another column's value"; }

 private:
  TextReader reader_;
  ValueChoices choices_;
  StreamKey key_;
  bool is_null_;
};

}  // namespace

IndexSourcePointer MakeDependentSource(StreamKey key, Determinant determinant, LaneNumber inner,
                                       std::uint64_t shared_size) {
  return std::make_unique<DependentSource>(key, std::move(determinant), inner, shared_size);
}

IndexSourcePointer MakeDependentNullSource(StreamKey key, Determinant determinant) {
  return std::make_unique<DependentNullSource>(key, std::move(determinant));
}

IndexSourcePointer MakeChosenSource(StreamKey key, Determinant determinant, ValueChoices choices) {
  return std::make_unique<ChosenSource>(key, std::move(determinant), std::move(choices), false);
}

IndexSourcePointer MakeChosenNullSource(StreamKey key, Determinant determinant, ValueChoices choices) {
  return std::make_unique<ChosenSource>(key, std::move(determinant), std::move(choices), true);
}

}  // namespace dbmocker
