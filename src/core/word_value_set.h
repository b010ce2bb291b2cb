// A value set whose values are whole numbers in one word each: integers, money, dates, times, identifiers, enums.
// The family's file says which numbers and how they read as text. Private to src/core.
// Read first: OrderedWordValueSet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "ordered_range.h"

namespace dbmocker {

using AppendWord = void (*)(std::int64_t value, std::string& out);

class OrderedWordValueSet final : public OrderedValueSet {
 public:
  // The words are the range's numbers times `unit`; distinct numbers are distinct values of the type.
  OrderedWordValueSet(OrderedRange range, std::int64_t unit, AppendWord append, std::string type_words)
      : range_(std::move(range)), unit_(unit), append_(append), type_words_(std::move(type_words)) {}

  std::uint64_t Size() const override { return range_.size(); }
  bool IsInjective(bool /*ignoring_case*/) const override { return true; }
  bool IsAscending() const override { return range_.IsAscending(); }
  Encoding encoding() const override { return Encoding::Word; }
  void AppendText(std::uint64_t index, std::string& out) const override { append_(range_.At(index) * unit_, out); }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override;
  std::string Describe() const override;

 private:
  OrderedRange range_;
  std::int64_t unit_;
  AppendWord append_;
  std::string type_words_;
};

}  // namespace dbmocker
