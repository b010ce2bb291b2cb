// The default way of writing values: through their text. Sets with a native encoding override it.
// Read first: ValueSet::Emit.
#include "dbmocker/value_set.h"

#include <cstddef>

namespace dbmocker {

void ValueSet::Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const {
  const bool is_varlena = encoding() == Encoding::Varlena;
  std::string text;
  for (std::size_t row = 0; row < indexes.size(); ++row) {
    text.clear();
    AppendText(indexes[row], text);
    if (is_varlena) {
      out.SetVarlena(row, text);
    } else {
      out.SetInputText(row, text);
    }
  }
}

}  // namespace dbmocker
