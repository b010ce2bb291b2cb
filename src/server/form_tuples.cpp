// TupleFormer; the layout is that of heap_fill_tuple (src/backend/access/common/heaptuple.c): null bitmap, then every
// value at its alignment, short varlenas unaligned, padding zero.
// Read first: TupleFormer::Form.
#include "server/form_tuples.h"

#include <cstring>

namespace dbmocker::server {
namespace {

std::size_t AlignOf(char align) {
  switch (align) {
    case TYPALIGN_CHAR:
      return 1;
    case TYPALIGN_SHORT:
      return 2;
    case TYPALIGN_INT:
      return 4;
    default:
      return 8;
  }
}

// Most values are short: copied in two overlapping pieces, without a call. Never reads or writes beyond `size`.
inline void CopyBytes(char* to, const char* from, std::size_t size) {
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    std::memcpy(to, from, 16);
    std::memcpy(to + size - 16, from + size - 16, 16);
  } else if (size >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + size - 4, from + size - 4, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
  }
}

// Moves `at` to the alignment, counted from a maximally aligned base, and clears what it skips: 8 bytes are always
// written, which BoundBytes leaves room for.
inline char* AlignAt(char* base, char* at, std::size_t align) {
  const auto offset = static_cast<std::size_t>(at - base);
  const std::uint64_t zero = 0;
  std::memcpy(at, &zero, sizeof zero);
  return at + ((align - (offset & (align - 1))) & (align - 1));
}

inline char* StoreByValue(char* at, Datum value, short length) {
  switch (length) {
    case 1:
      *at = static_cast<char>(value);
      return at + 1;
    case 2: {
      const auto number = static_cast<std::uint16_t>(value);
      std::memcpy(at, &number, 2);
      return at + 2;
    }
    case 4: {
      const auto number = static_cast<std::uint32_t>(value);
      std::memcpy(at, &number, 4);
      return at + 4;
    }
    default:
      std::memcpy(at, &value, 8);
      return at + 8;
  }
}

inline char* StoreVarlena(char* base, char* at, const char* value, std::size_t align, bool may_shorten) {
  if (VARATT_IS_SHORT(value)) {
    const std::size_t size = VARSIZE_SHORT(value);
    CopyBytes(at, value, size);
    return at + size;
  }
  if (may_shorten && VARATT_CAN_MAKE_SHORT(value)) {
    const std::size_t size = VARATT_CONVERTED_SHORT_SIZE(value);
    SET_VARSIZE_SHORT(at, size);
    std::memcpy(at + 1, VARDATA(value), size - 1);
    return at + size;
  }
  at = AlignAt(base, at, align);
  const std::size_t size = VARSIZE(value);
  std::memcpy(at, value, size);
  return at + size;
}

}  // namespace

void TupleFormer::Prepare(TupleDesc descriptor, MemoryContext context) {
  context_ = context;
  count_ = descriptor->natts;
  type_ = descriptor->tdtypeid;
  type_modifier_ = descriptor->tdtypmod;
  attributes_ = static_cast<Attribute*>(MemoryContextAlloc(context, sizeof(Attribute) * static_cast<Size>(count_ + 1)));
  for (int i = 0; i < count_; ++i) {
    Form_pg_attribute const attribute = TupleDescAttr(descriptor, i);
    attributes_[i] = {attribute->attlen, static_cast<char>(AlignOf(attribute->attalign)), attribute->attbyval,
                      attribute->attlen == -1 && attribute->attstorage != TYPSTORAGE_PLAIN};
  }
}

// Memory that the tuples cannot exceed.
std::size_t TupleFormer::BoundBytes(const ValueColumn* columns, int rows) const {
  std::size_t fixed = MAXALIGN(HEAPTUPLESIZE) + MAXALIGN(SizeofHeapTupleHeader + BITMAPLEN(count_)) + MAXIMUM_ALIGNOF;
  std::size_t variable = 0;
  for (int i = 0; i < count_; ++i) {
    fixed += MAXIMUM_ALIGNOF;
    if (attributes_[i].length > 0) {
      fixed += static_cast<std::size_t>(attributes_[i].length);
      continue;
    }
    for (int row = 0; row < rows; ++row) {
      if (columns[i].nulls[row]) continue;
      const char* value = DatumGetPointer(columns[i].words[row]);
      variable += attributes_[i].length == -1 ? VARSIZE_ANY(value) : std::strlen(value) + 1;
    }
  }
  return fixed * static_cast<std::size_t>(rows) + variable;
}

void TupleFormer::Reserve(std::size_t bytes) {
  if (bytes <= capacity_) return;
  if (memory_ != nullptr) pfree(memory_);
  memory_ = nullptr;
  memory_ = static_cast<char*>(MemoryContextAllocHuge(context_, bytes + bytes / 4));
  capacity_ = bytes + bytes / 4;
}

void TupleFormer::Form(const ValueColumn* columns, int rows, HeapTuple* tuples) {
  Reserve(BoundBytes(columns, rows));
  char* memory = memory_;
  for (int row = 0; row < rows; ++row) {
    tuples[row] = reinterpret_cast<HeapTuple>(memory);
    memory += FormRow(columns, row, memory);
  }
}

void TupleFormer::StartRows(const ValueColumn* columns, int rows) {
  Reserve(BoundBytes(columns, rows));
  row_columns_ = columns;
  next_row_ = 0;
}

HeapTuple TupleFormer::FormNext() {
  FormRow(row_columns_, next_row_++, memory_);
  return reinterpret_cast<HeapTuple>(memory_);
}

void StoreInSlots(const HeapTuple* tuples, int rows, TupleTableSlot** slots) {
  for (int row = 0; row < rows; ++row) {
    TupleTableSlot* slot = slots[row];
    slot->tts_flags &= static_cast<uint16>(~TTS_FLAG_SHOULDFREE);  // the memory is ours, not the slot's
    ExecStoreHeapTuple(tuples[row], slot, false);
    // Marked as owned, so that table_multi_insert does not copy it once more.
    slot->tts_flags |= TTS_FLAG_SHOULDFREE;
  }
}

// Writes HeapTupleData and the tuple behind it; returns the bytes used.
std::size_t TupleFormer::FormRow(const ValueColumn* columns, int row, char* memory) const {
  auto* tuple = reinterpret_cast<HeapTuple>(memory);
  auto* header = reinterpret_cast<HeapTupleHeader>(memory + MAXALIGN(HEAPTUPLESIZE));
  bool has_null = false;
  for (int i = 0; i < count_; ++i) has_null |= columns[i].nulls[row] != 0;
  const std::size_t header_size =
      MAXALIGN(SizeofHeapTupleHeader + (has_null ? static_cast<std::size_t>(BITMAPLEN(count_)) : 0));
  for (std::size_t i = 0; i < header_size; i += sizeof(std::uint64_t))
    std::memset(memory + MAXALIGN(HEAPTUPLESIZE) + i, 0, sizeof(std::uint64_t));
  header->t_infomask = has_null ? HEAP_HASNULL : 0;
  header->t_hoff = static_cast<uint8>(header_size);
  HeapTupleHeaderSetNatts(header, count_);
  HeapTupleHeaderSetTypeId(header, type_);
  HeapTupleHeaderSetTypMod(header, type_modifier_);
  ItemPointerSetInvalid(&header->t_ctid);

  char* const base = reinterpret_cast<char*>(header) + header_size;
  char* at = base;
  for (int i = 0; i < count_; ++i) {
    if (columns[i].nulls[row]) continue;
    if (has_null) header->t_bits[i >> 3] = static_cast<bits8>(header->t_bits[i >> 3] | (1 << (i & 7)));
    const Attribute& attribute = attributes_[i];
    const Datum value = columns[i].words[row];
    const auto align = static_cast<std::size_t>(static_cast<unsigned char>(attribute.align));
    if (attribute.by_value) {
      at = StoreByValue(AlignAt(base, at, align), value, attribute.length);
    } else if (attribute.length == -1) {
      header->t_infomask |= HEAP_HASVARWIDTH;
      at = StoreVarlena(base, at, DatumGetPointer(value), align, attribute.may_shorten);
    } else {
      at = AlignAt(base, at, align);
      const std::size_t size =
          attribute.length > 0 ? static_cast<std::size_t>(attribute.length) : std::strlen(DatumGetPointer(value)) + 1;
      if (attribute.length < 0) header->t_infomask |= HEAP_HASVARWIDTH;
      CopyBytes(at, DatumGetPointer(value), size);
      at += size;
    }
  }
  const auto size = static_cast<std::size_t>(at - reinterpret_cast<char*>(header));
  HeapTupleHeaderSetDatumLength(header, static_cast<uint32>(size));
  tuple->t_len = static_cast<uint32>(size);
  tuple->t_data = header;
  tuple->t_tableOid = InvalidOid;
  ItemPointerSetInvalid(&tuple->t_self);
  return MAXALIGN(HEAPTUPLESIZE) + MAXALIGN(size);
}

}  // namespace dbmocker::server
