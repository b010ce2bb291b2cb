// Bulk writing of whole numbers. Sums are made on unsigned words: they wrap where signed ones would be undefined.
// Read first: OrderedWordValueSet::Emit.
#include "word_value_set.h"

namespace dbmocker {

void OrderedWordValueSet::Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const {
  const std::span<std::uint64_t> words = out.words();
  const auto unit = static_cast<std::uint64_t>(unit_);
  if (range_.IsContiguous()) {
    const std::uint64_t base = static_cast<std::uint64_t>(range_.first()) * unit;
    for (std::size_t row = 0; row < indexes.size(); ++row) words[row] = base + indexes[row] * unit;
    return;
  }
  for (std::size_t row = 0; row < indexes.size(); ++row) {
    words[row] = static_cast<std::uint64_t>(range_.At(indexes[row])) * unit;
  }
}

std::string OrderedWordValueSet::Describe() const {
  std::string text = type_words_ + ' ';
  append_(range_.minimum() * unit_, text);
  if (range_.minimum() != range_.maximum()) {
    text += " … ";
    append_(range_.maximum() * unit_, text);
  }
  return text;
}

}  // namespace dbmocker
