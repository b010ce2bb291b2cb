// PageWriter; see publish_pages.h. The rules that keep it safe:
//   - the relation is extended under its extension lock, through shared buffers, never behind them: a page written to
//     the file directly could survive a crash that forgets its transaction, whose number another one would then reuse;
//   - between extending and locking a page, another backend may have taken it as the relation's last page: a page that
//     is not new any more is left to whoever took it;
//   - in the critical section nothing may allocate or raise: what is logged is formed before it;
//   - no heavyweight lock is asked for, and no catalog read, while the extension lock or a content lock is held.
// Read first: PageWriter::Add, then PublishGroup.
#include "server/publish_pages.h"

#include <cstring>

#include "server/item_pointer.h"

namespace dbmocker::server {

void PageWriter::Open(Relation relation, TransactionId transaction, CommandId command, bool use_ring,
                      MemoryContext context) {
  relation_ = relation;
  transaction_ = transaction;
  command_ = command;
  MemoryContext const caller = MemoryContextSwitchTo(context);
  extender_.Open(relation, use_ring ? GetAccessStrategy(BAS_BULKWRITE) : nullptr);
  pages_ = static_cast<char*>(palloc(static_cast<Size>(kGroupPages) * BLCKSZ));
  log_data_ = static_cast<char*>(palloc(BLCKSZ));
  MemoryContextSwitchTo(caller);
  reserved_ = RelationGetTargetPageFreeSpace(relation, HEAP_DEFAULT_FILLFACTOR);
  is_logged_ = RelationNeedsWAL(relation);
  is_decoded_ = RelationIsLogicallyLogged(relation);
}

void PageWriter::StartPage() {
  if (place_ == kGroupPages - 1) {
    PublishGroup(kGroupPages);
    place_ = -1;
  }
  PageInit(page(++place_), BLCKSZ, 0);
}

bool PageWriter::Add(HeapTuple tuple) {
  if (tuple->t_len > TOAST_TUPLE_THRESHOLD) return false;
  const Size size = MAXALIGN(tuple->t_len);
  const auto has_room = [&] {
    const auto* header = reinterpret_cast<PageHeader>(page(place_));
    const Size room = static_cast<Size>(header->pd_upper - header->pd_lower);
    return room >= size + sizeof(ItemIdData) + reserved_ && PageGetMaxOffsetNumber(page(place_)) < MaxHeapTuplesPerPage;
  };
  if (place_ < 0 || (!PageIsEmpty(page(place_)) && !has_room())) StartPage();

  Page const at = page(place_);
  auto* header = reinterpret_cast<PageHeader>(at);
  header->pd_upper = static_cast<LocationIndex>(header->pd_upper - size);
  auto* item = reinterpret_cast<ItemId>(at + header->pd_lower);
  header->pd_lower = static_cast<LocationIndex>(header->pd_lower + sizeof(ItemIdData));
  item->lp_flags = LP_NORMAL;
  item->lp_off = header->pd_upper & 0x7fff;
  item->lp_len = tuple->t_len & 0x7fff;
  auto* row = reinterpret_cast<HeapTupleHeader>(at + header->pd_upper);
  std::memcpy(row, tuple->t_data, tuple->t_len);
  row->t_infomask = static_cast<uint16>((row->t_infomask & ~HEAP_XACT_MASK) | HEAP_XMAX_INVALID);
  row->t_infomask2 = static_cast<uint16>(row->t_infomask2 & ~HEAP2_XACT_MASK);
  HeapTupleHeaderSetXmin(row, transaction_);
  HeapTupleHeaderSetCmin(row, command_);
  HeapTupleHeaderSetXmax(row, 0);
  rows_++;
  return true;
}

void PageWriter::Close() {
  if (place_ < 0) return;
  Page const last = page(place_);
  const Size room = PageGetHeapFreeSpace(last);
  PublishGroup(place_ + 1);
  place_ = -1;
  extender_.Close();
  RecordPageWithFreeSpace(relation_, last_block_, room);
}

// Extends the relation and puts the first `count` private pages there.
void PageWriter::PublishGroup(int count) {
  Buffer buffers[kGroupPages];
  int done = 0;
  while (done < count) {
    const int extended = extender_.Extend(count - done, buffers);
    for (int i = 0; i < extended; ++i) {
      LockBuffer(buffers[i], BUFFER_LOCK_EXCLUSIVE);
      if (PageIsNew(BufferGetPage(buffers[i]))) PublishPage(buffers[i], page(done++));
      UnlockReleaseBuffer(buffers[i]);
    }
  }
  // Lets the log writer work meanwhile, so that neither full log buffers nor the commit wait for all of it.
  if (is_logged_) XLogSetAsyncXactLSN(log_end_);
}

// The rows of a page as the server's record of a multi-insert has them: without the parts of their headers that replay
// can tell. Returns the bytes used; a page's rows always fit into a page.
std::uint32_t PageWriter::FormLogData(Page page) {
  char* at = log_data_;
  const auto count = static_cast<OffsetNumber>(PageGetMaxOffsetNumber(page));
  for (OffsetNumber number = FirstOffsetNumber; number <= count; ++number) {
    ItemId const item = PageGetItemId(page, number);
    const auto* row = reinterpret_cast<HeapTupleHeader>(PageGetItem(page, item));
    if (at != reinterpret_cast<char*>(SHORTALIGN(at))) *at++ = '\0';
    xl_multi_insert_tuple header;
    header.datalen = static_cast<uint16>(ItemIdGetLength(item) - SizeofHeapTupleHeader);
    header.t_infomask2 = row->t_infomask2;
    header.t_infomask = row->t_infomask;
    header.t_hoff = row->t_hoff;
    std::memcpy(at, &header, SizeOfMultiInsertTuple);
    at += SizeOfMultiInsertTuple;
    std::memcpy(at, reinterpret_cast<const char*>(row) + SizeofHeapTupleHeader, header.datalen);
    at += header.datalen;
  }
  return static_cast<std::uint32_t>(at - log_data_);
}

// The buffer is locked and holds a new page.
void PageWriter::PublishPage(Buffer buffer, Page page) {
  last_block_ = BufferGetBlockNumber(buffer);
  const auto count = static_cast<OffsetNumber>(PageGetMaxOffsetNumber(page));
  for (OffsetNumber number = FirstOffsetNumber; number <= count; ++number) {
    auto* row = reinterpret_cast<HeapTupleHeader>(PageGetItem(page, PageGetItemId(page, number)));
    row->t_ctid = MakeItemPointer(last_block_, number);
  }
  const std::uint32_t log_size = is_logged_ ? FormLogData(page) : 0;
  xl_heap_multi_insert record = {};
  record.flags = static_cast<uint8>(XLH_INSERT_LAST_IN_MULTI | (is_decoded_ ? XLH_INSERT_CONTAINS_NEW_TUPLE : 0));
  record.ntuples = count;

  Page const target = BufferGetPage(buffer);
  START_CRIT_SECTION();
  std::memcpy(target, page, BLCKSZ);
  MarkBufferDirty(buffer);
  if (is_logged_) {
    XLogBeginInsert();
    XLogRegisterData(reinterpret_cast<char*>(&record), SizeOfHeapMultiInsert);
    XLogRegisterBuffer(0, buffer,
                       static_cast<uint8>(REGBUF_STANDARD | REGBUF_WILL_INIT | (is_decoded_ ? REGBUF_KEEP_DATA : 0)));
    XLogRegisterBufData(0, log_data_, log_size);
    XLogSetRecordFlags(XLOG_INCLUDE_ORIGIN);
    const XLogRecPtr end = XLogInsert(RM_HEAP2_ID, XLOG_HEAP2_MULTI_INSERT | XLOG_HEAP_INIT_PAGE);
    PageSetLSN(target, end);
    log_end_ = end;
  }
  END_CRIT_SECTION();
}

}  // namespace dbmocker::server
