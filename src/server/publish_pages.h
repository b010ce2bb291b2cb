// Heap pages built in private memory and put through shared buffers, logged as the server logs a multi-insert into a
// new page. Because shared buffers keep every rule of the buffer manager (WAL before data, checkpoints, checksums), the
// rows behave like inserted ones: they roll back, are replayed by a standby and decoded; and because no step needs
// heap_insert(), a parallel worker may take them, with the leader's transaction and command id.
// Server style: functions may ereport; the writer is plain data in a memory context. Must not look at values.
// Read first: PageWriter::Add.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

#include "server/extend_relation.h"

namespace dbmocker::server {

class PageWriter {
 public:
  // Rows get `transaction` and `command`. `use_ring`: pages go through the small ring of bulk writes, so that they do
  // not push everything else out of shared buffers. Memory from `context`.
  void Open(Relation relation, TransactionId transaction, CommandId command, bool use_ring, MemoryContext context);

  // Puts a copy of the tuple on the current page. Returns false, and does nothing, if the tuple is so large that the
  // server would compress it or move values out of line.
  bool Add(HeapTuple tuple);

  // Publishes the pages that are not full, and tells the free space map of the last one.
  void Close();

  std::uint64_t rows() const { return rows_; }

 private:
  static constexpr int kGroupPages = RelationExtender::kMostPages;

  Page page(int place) const { return pages_ + static_cast<Size>(place) * BLCKSZ; }
  void StartPage();
  void PublishGroup(int count);
  void PublishPage(Buffer buffer, Page page);
  std::uint32_t FormLogData(Page page);

  Relation relation_ = nullptr;
  TransactionId transaction_ = InvalidTransactionId;
  CommandId command_ = 0;
  RelationExtender extender_;
  Size reserved_ = 0;  // bytes of each page that fillfactor leaves free
  bool is_logged_ = false;
  bool is_decoded_ = false;
  char* pages_ = nullptr;
  char* log_data_ = nullptr;
  int place_ = -1;  // of the page in work; -1: none
  BlockNumber last_block_ = InvalidBlockNumber;
  XLogRecPtr log_end_ = InvalidXLogRecPtr;
  std::uint64_t rows_ = 0;
};

}  // namespace dbmocker::server
