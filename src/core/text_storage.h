// How text ends up in a column: as a varlena, blank-padded to the width of char(n), or in the 64 bytes of `name`.
// Read first: TextStorage::Store.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include "dbmocker/batch.h"

namespace dbmocker {

enum class TextForm { Varlena, Padded, Name };

struct TextStorage {
  TextForm form = TextForm::Varlena;
  std::size_t width = 0;  // characters of char(n), with Padded

  Encoding encoding() const { return form == TextForm::Name ? Encoding::Fixed : Encoding::Varlena; }

  // `text` is ASCII where the form is Padded or Name, and fits.
  void Store(std::string_view text, std::size_t row, ColumnBuffer& out) const {
    if (form == TextForm::Varlena || (form == TextForm::Padded && text.size() >= width)) {
      out.SetVarlena(row, text);
    } else if (form == TextForm::Padded) {
      const std::size_t header = varlena::HeaderSize(width);
      std::byte* start = out.arena().Allocate(header + width, header == varlena::kLongHeader ? 4 : 1);
      std::byte* payload = varlena::WriteHeader(start, width);
      std::memcpy(payload, text.data(), text.size());
      std::memset(payload + text.size(), ' ', width - text.size());
      out.SetBytes(row, start);
    } else {
      constexpr std::size_t kNameBytes = 64;
      std::byte* start = out.arena().Allocate(kNameBytes, 8);
      std::memcpy(start, text.data(), text.size());
      std::memset(start + text.size(), 0, kNameBytes - text.size());
      out.SetBytes(row, start);
    }
  }
};

// Lets sets that wrap a text set ask for its storage.
class TextStorageHolder {
 public:
  explicit TextStorageHolder(TextStorage storage) : storage_(storage) {}
  const TextStorage& storage() const { return storage_; }

 protected:
  ~TextStorageHolder() = default;

 private:
  TextStorage storage_;
};

}  // namespace dbmocker
