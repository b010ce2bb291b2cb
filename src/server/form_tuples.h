// Heap tuples straight from columns: what heap_form_tuple does, for a whole batch into one piece of memory, with no
// allocation and no second copy of each value.
// Server style: functions may ereport; the former is plain data in a memory context.
// Read first: TupleFormer::Form.
#pragma once

#include "server/postgres_api.h"

#include <cstddef>
#include <cstdint>

namespace dbmocker::server {

// The values of one attribute over a batch: words[row] as Datums, nulls[row] != 0 for NULL.
struct ValueColumn {
  const Datum* words;
  const std::uint8_t* nulls;
};

class TupleFormer {
 public:
  // Attributes of `descriptor`; memory from `context`, which must outlive the former.
  void Prepare(TupleDesc descriptor, MemoryContext context);

  // Forms `rows` tuples from one column per attribute. They stay valid until the next call of any of these. Values must
  // be flat: no out-of-line or expanded ones.
  void Form(const ValueColumn* columns, int rows, HeapTuple* tuples);

  // The same row by row: each tuple is valid until the next one, and stays in the processor's cache until then.
  void StartRows(const ValueColumn* columns, int rows);
  HeapTuple FormNext();

 private:
  struct Attribute {
    short length;
    char align;
    bool by_value;
    bool may_shorten;  // its storage allows a 1-byte header
  };
  void Reserve(std::size_t bytes);
  std::size_t BoundBytes(const ValueColumn* columns, int rows) const;
  std::size_t FormRow(const ValueColumn* columns, int row, char* memory) const;

  Attribute* attributes_ = nullptr;
  int count_ = 0;
  Oid type_ = InvalidOid;
  int32 type_modifier_ = -1;
  MemoryContext context_ = nullptr;
  char* memory_ = nullptr;
  std::size_t capacity_ = 0;
  const ValueColumn* row_columns_ = nullptr;  // of the rows that FormNext goes through
  int next_row_ = 0;
};

// Stores the tuples in heap tuple slots, which do not own them.
void StoreInSlots(const HeapTuple* tuples, int rows, TupleTableSlot** slots);

}  // namespace dbmocker::server
