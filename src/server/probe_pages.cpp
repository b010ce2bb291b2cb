// A page writer with hard-coded values, for the benchmark: ten columns formed by hand, what it costs at least to fill a
// table of users. generate() is measured beside it. The extension script does not declare it, so only a superuser can
// make it callable.
// Must not be used by anything else: no constraint is looked at. Read first: FormUser.
#include <cstring>
#include <string_view>

#include "server/boundary.h"
#include "server/publish_pages.h"

namespace dbmocker::server {
namespace {

constexpr int kColumns = 10;
constexpr Oid kTypes[kColumns] = {INT8OID, TEXTOID,        TEXTOID, TEXTOID,    TEXTOID,
                                  INT4OID, TIMESTAMPTZOID, BOOLOID, NUMERICOID, BPCHAROID};
constexpr int kNumbers = 16;
constexpr std::size_t kNumberBytes = 24;  // at most, of a number with eight digits

// Values that are made once, with one-byte headers.
struct Values {
  char numbers[kNumbers][kNumberBytes];
  std::size_t number_sizes[kNumbers];
};

constexpr std::string_view kFirstNames[8] = {"Anna", "Ben", "Clara", "David", "Emma", "Felix", "Grace", "Hanna"};
constexpr std::string_view kLastNames[8] = {"Smith", "Jones", "Keller", "Rossi", "Novak", "Silva", "Martin", "Jansen"};

// Calls the server; owns nothing.
void MakeNumbers(Values& values) {
  for (int i = 0; i < kNumbers; ++i) {
    struct varlena* const number = PG_DETOAST_DATUM_PACKED(
        DirectFunctionCall3(numeric_in, CStringGetDatum(psprintf("%d.%02d", 137 * (i + 3), 6 * i)),
                            ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
    const std::size_t size = VARSIZE_ANY_EXHDR(number) + VARHDRSZ_SHORT;
    if (size > kNumberBytes) elog(ERROR, "a number is too long");
    SET_VARSIZE_SHORT(values.numbers[i], size);
    std::memcpy(values.numbers[i] + 1, VARDATA_ANY(number), size - 1);
    values.number_sizes[i] = size;
  }
}

// A text with a one-byte header.
char* PutText(char* at, std::string_view text) {
  SET_VARSIZE_SHORT(at, VARHDRSZ_SHORT + text.size());
  std::memcpy(at + 1, text.data(), text.size());
  return at + 1 + text.size();
}

// The word "user", the number as eight digits, the rest.
char* PutNumbered(char* at, const char* digits, std::string_view rest) {
  SET_VARSIZE_SHORT(at, VARHDRSZ_SHORT + 12 + rest.size());
  std::string_view("user").copy(at + 1, 4);
  std::memcpy(at + 5, digits, 8);
  std::memcpy(at + 13, rest.data(), rest.size());
  return at + 13 + rest.size();
}

char* AlignUp(char* base, char* at, std::ptrdiff_t unit) {
  while ((at - base) % unit != 0) *at++ = 0;
  return at;
}

std::uint64_t Mix(std::uint64_t word) {
  word *= 0x9e3779b97f4a7c15;
  return word ^ (word >> 29);
}

// Writes the values of one row at `base`; returns where they end.
char* FormUser(char* base, std::uint64_t row, const Values& values) {
  const std::uint64_t random = Mix(row);
  char digits[8];
  for (std::uint64_t rest = row, i = 8; i > 0; rest /= 10) digits[--i] = static_cast<char>('0' + rest % 10);
  const auto id = static_cast<std::int64_t>(row);
  std::memcpy(base, &id, 8);
  char* at = PutNumbered(base + 8, digits, "");
  at = PutNumbered(at, digits, "@example.com");
  at = PutText(at, kFirstNames[random & 7]);
  at = PutText(at, kLastNames[random >> 3 & 7]);
  at = AlignUp(base, at, 4);
  const auto age = static_cast<std::int32_t>(18 + (random >> 6 & 63));
  std::memcpy(at, &age, 4);
  at = AlignUp(base, at + 4, 8);
  const auto moment = static_cast<std::int64_t>(700'000'000'000'000 + (random >> 12 & 0xffff'ffff) * 1000);
  std::memcpy(at, &moment, 8);
  at[8] = (random >> 44 & 15) != 0;
  const std::size_t number = random >> 48 & (kNumbers - 1);
  std::memcpy(at + 9, values.numbers[number], kNumberBytes);
  at += 9 + values.number_sizes[number];
  SET_VARSIZE_SHORT(at, VARHDRSZ_SHORT + 2);
  at[1] = static_cast<char>('A' + (random >> 52 & 15));
  at[2] = static_cast<char>('A' + (random >> 56 & 15));
  return at + 3;
}

void CheckTarget(Relation target) {
  TupleDesc const descriptor = RelationGetDescr(target);
  bool fits = target->rd_rel->relkind == RELKIND_RELATION && target->rd_tableam == GetHeapamTableAmRoutine() &&
              !RelationUsesLocalBuffers(target) && !target->rd_rel->relhasindex && descriptor->natts == kColumns;
  for (int i = 0; fits && i < kColumns; ++i) fits = TupleDescAttr(descriptor, i)->atttypid == kTypes[i];
  if (!fits)
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("not a table of users without indexes"),
                    errhint("Use the table of tests/bench.")));
}

void WriteHardCodedRows(Oid oid, std::int64_t rows) {
  Relation const target = table_open(oid, RowExclusiveLock);
  CheckTarget(target);
  Values values = {};
  MakeNumbers(values);
  alignas(MAXIMUM_ALIGNOF) char memory[512] = {};
  auto* const header = reinterpret_cast<HeapTupleHeader>(memory);
  constexpr std::size_t kHeaderSize = MAXALIGN(SizeofHeapTupleHeader);
  header->t_infomask = HEAP_HASVARWIDTH;
  header->t_hoff = kHeaderSize;
  HeapTupleHeaderSetNatts(header, kColumns);
  ItemPointerSetInvalid(&header->t_ctid);
  HeapTupleData tuple = {};
  tuple.t_data = header;
  PageWriter writer;
  writer.Open(target, GetCurrentTransactionId(), GetCurrentCommandId(true), true, CurrentMemoryContext);
  for (std::int64_t row = 1; row <= rows; ++row) {
    const char* const end = FormUser(memory + kHeaderSize, static_cast<std::uint64_t>(row), values);
    tuple.t_len = static_cast<uint32>(end - memory);
    writer.Add(&tuple);
    if (row % 1024 == 0) CHECK_FOR_INTERRUPTS();
  }
  writer.Close();
  CommandCounterIncrement();
  table_close(target, NoLock);
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

// write_hard_coded_rows(target regclass, rows bigint) returns void.
DBMOCKER_FUNCTION(dbmocker_probe_pages) {
  CallServer([=] { WriteHardCodedRows(PG_GETARG_OID(0), PG_GETARG_INT64(1)); });
  return Datum{0};
}
