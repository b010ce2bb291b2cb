// The parts of text sets that do not depend on the renderer: what fits a column, and sets of listed words.
// Read first: MakeTextColumn, MakeWordSet.
#include "core/text_set.h"

#include <algorithm>
#include <unordered_set>

namespace dbmocker {

std::optional<std::int64_t> TextRoom(const Type& type, int type_modifier, const ValueLimits& limits) {
  std::optional<std::int64_t> room = MaxLengthOfModifier(type, type_modifier);
  if (type.name == "name") room = 63;  // NAMEDATALEN - 1
  if (limits.max_length && (!room || *limits.max_length < *room)) room = limits.max_length;
  return room;
}

std::optional<TextColumn> MakeTextColumn(const ProviderRequest& request) {
  const ValueLimits& limits = request.limits;
  if (limits.has_allowed || !limits.intervals.empty()) return std::nullopt;
  // No renderer writes an empty or blank text; any other excluded text could come out.
  for (const std::string& text : limits.excluded)
    if (text.find_first_not_of(' ') != std::string::npos) return std::nullopt;
  TextColumn format;
  const std::string& name = request.type.name;
  if (name == "name") format.storage.form = TextForm::Name;
  format.is_input = (request.type_class & (type_class::kText | type_class::kJson)) == 0;
  if (const auto room = TextRoom(request.type, request.type_modifier, limits)) {
    if (*room < 1) return std::nullopt;
    format.max_chars = std::min(kMaxRendered, static_cast<std::size_t>(*room));
  }
  if (name == "bpchar")
    if (const auto length = MaxLengthOfModifier(request.type, request.type_modifier)) {
      if (*length > static_cast<std::int64_t>(kMaxRendered)) return std::nullopt;
      format.storage = {TextForm::Padded, static_cast<std::size_t>(*length)};
    }
  if (limits.min_length) {
    if (*limits.min_length > static_cast<std::int64_t>(format.max_chars)) return std::nullopt;
    format.min_chars = static_cast<std::size_t>(std::max<std::int64_t>(*limits.min_length, 0));
  }
  return format;
}

ValueSetPointer MakeWordSet(const ProviderRequest& request, std::string_view description, WordList words) {
  ValueLimits limits = request.limits;
  limits.excluded.clear();
  const ProviderRequest without_excluded{request.type,    request.type_modifier, limits,
                                         request.context, request.type_class,    request.is_alone};
  const std::optional<TextColumn> format = MakeTextColumn(without_excluded);
  if (!format) return nullptr;
  std::vector<std::string_view> fitting;
  std::unordered_set<std::string_view> seen;
  std::size_t distinct = 0;
  for (std::string_view word : words) {
    if (!seen.insert(word).second) continue;
    ++distinct;
    if (word.size() > format->max_chars || word.size() < format->min_chars) continue;
    const auto& excluded = request.limits.excluded;
    if (std::find(excluded.begin(), excluded.end(), word) == excluded.end()) fitting.push_back(word);
  }
  if (fitting.empty() || (fitting.size() * 4 < distinct && fitting.size() < 4)) return nullptr;
  TextTraits traits{.description = description, .size = fitting.size(), .injective = true, .min_chars = kMaxRendered};
  traits.max_chars = 1;
  for (std::string_view word : fitting) {
    traits.min_chars = std::min(traits.min_chars, word.size());
    traits.max_chars = std::max(traits.max_chars, word.size());
  }
  return MakeTextSet(without_excluded, traits,
                     [list = std::move(fitting)](std::uint64_t index, TextCursor& text) { text.Add(list[index]); });
}

}  // namespace dbmocker
