// Value sets of text made by a function that writes the text of an index. Knows lengths, padding and encodings; must
// not know what the text means. Read first: TextTraits, then MakeTextSet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/provider_registry.h"
#include "core/random_word.h"
#include "core/text_cursor.h"
#include "core/text_storage.h"
#include "core/word_lists.h"

namespace dbmocker {

// The longest text that a renderer may write.
inline constexpr std::size_t kMaxRendered = 4096;

// What a renderer promises of its texts; lengths in characters (ASCII only).
struct TextTraits {
  std::string_view description;
  std::uint64_t size = 0;
  bool injective = false;  // under lower(), too
  std::size_t min_chars = 1;
  std::size_t max_chars = kMaxRendered;
  bool can_cut = false;  // a text that is too long may be cut at its end
  std::string shape = {};  // see ValueSet::Shape(); lost where texts are cut
};

// How texts of a column are stored.
struct TextColumn {
  TextStorage storage;
  bool is_input = false;  // not a text type: the server's input function reads the text
  std::size_t max_chars = kMaxRendered;
  std::size_t min_chars = 0;
};

// nullopt if the limits ask for something that no renderer can promise (lists, intervals, excluded texts, lengths
// beyond kMaxRendered).
std::optional<TextColumn> MakeTextColumn(const ProviderRequest& request);

// Cuts to `max_chars` and drops blanks and punctuation that would then end the text.
inline void CutText(TextCursor& text, std::size_t max_chars) {
  if (text.size() <= max_chars) return;
  std::size_t size = max_chars;
  while (size > 1 && (text[size - 1] == ' ' || text[size - 1] == ',' || text[size - 1] == '-')) --size;
  text.Truncate(size);
}

template <class Renderer>
class TextSet final : public ValueSet, public TextStorageHolder {
 public:
  TextSet(TextColumn format, TextTraits traits, Renderer renderer)
      : TextStorageHolder(format.storage),
        format_(format),
        traits_(std::move(traits)),
        renderer_(std::move(renderer)) {}

  std::uint64_t Size() const override { return traits_.size; }
  bool IsInjective(bool) const override { return traits_.injective; }
  Encoding encoding() const override { return format_.is_input ? Encoding::InputText : storage().encoding(); }
  std::string Describe() const override { return std::string(traits_.description); }
  std::string Shape() const override { return traits_.shape; }

  void AppendText(std::uint64_t index, std::string& out) const override {
    char buffer[kMaxRendered + TextCursor::kSlack];
    TextCursor text(buffer);
    Render(index, text);
    out.append(text.view());
  }

  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    char buffer[kMaxRendered + TextCursor::kSlack];
    TextCursor text(buffer);
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      text.Clear();
      Render(indexes[row], text);
      if (format_.is_input) {
        out.SetInputText(row, text.view());
      } else {
        storage().Store(text.view(), row, out);
      }
    }
  }

 private:
  void Render(std::uint64_t index, TextCursor& text) const {
    if (index >= traits_.size) index %= traits_.size;
    renderer_(index, text);
    CutText(text, format_.max_chars);
  }

  TextColumn format_;
  TextTraits traits_;
  Renderer renderer_;
};

// nullptr if texts of these traits do not fit the request.
template <class Renderer>
ValueSetPointer MakeTextSet(const ProviderRequest& request, TextTraits traits, Renderer renderer) {
  const std::optional<TextColumn> format = MakeTextColumn(request);
  if (!format || traits.size == 0) return nullptr;
  if (traits.max_chars > format->max_chars) {
    if (!traits.can_cut) return nullptr;
    traits.injective = false;
    traits.shape.clear();
    traits.min_chars = std::min(traits.min_chars, format->max_chars / 2 + 1);
  }
  if (format->min_chars > traits.min_chars) return nullptr;
  return std::make_shared<TextSet<Renderer>>(*format, traits, std::move(renderer));
}

// The words of a list that fit the request, each one value. nullptr if fewer than one fits, or if most words of a list
// are too long for the column (then the column means something else).
ValueSetPointer MakeWordSet(const ProviderRequest& request, std::string_view description, WordList words);

// The same for one field of the records of a list; equal fields count once.
template <std::size_t kFields>
ValueSetPointer MakeFieldSet(const ProviderRequest& request, std::string_view description, RecordList<kFields> records,
                             std::size_t field) {
  std::vector<std::string_view> words;
  words.reserve(records.size());
  for (const Record<kFields>& record : records) words.push_back(record[field]);
  return MakeWordSet(request, description, words);
}

}  // namespace dbmocker
