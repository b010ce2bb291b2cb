// RelationExtender; see extend_relation.h. Before PostgreSQL 16 the server extends by one page at a time and writes
// each as zeros, which is most of what a page costs. The file system can hand out many pages at once, which read as
// zeros. What makes that safe:
//   - the pages' buffers are there, pinned, before the file grows: whoever sees the new length finds these buffers.
//     Were they made afterwards, a row that another backend had put there and flushed could be zeroed;
//   - buffers behind the end of the file are what the server itself leaves when extending fails, and takes up later;
//   - anything out of the ordinary (the next file of the table, a file system that cannot, a full disk) is left to the
//     server, page by page, which also raises its own errors.
// Read first: RelationExtender::ExtendFile.
#include "server/extend_relation.h"

#include <fcntl.h>

#include <cerrno>

#include "server/compat.h"

namespace dbmocker::server {

namespace {

constexpr int kFewPages = 4;  // below which the server's own way costs no more

// Makes the file longer by `length` bytes that read as zeros; false if the file system cannot or has no room.
bool AllocateFileSpace(int file, off_t offset, off_t length) {
#ifdef __linux__  // others have only posix_fallocate(), which may write to each block without the locks that hold here
  int result = 0;
  do {
    result = fallocate(file, 0, offset, length);
  } while (result != 0 && errno == EINTR);
  return result == 0;
#else
  (void)file, (void)offset, (void)length;
  return false;
#endif
}

}  // namespace

void RelationExtender::Open(Relation relation, BufferAccessStrategy strategy) {
  relation_ = relation;
  strategy_ = strategy;
}

int RelationExtender::Extend(int count, Buffer* buffers) {
  if (const int extended = compat::ExtendRelation(relation_, strategy_, count, buffers); extended > 0) return extended;
  LockRelationForExtension(relation_, ExclusiveLock);
  if (count < kFewPages || !can_allocate_ || !ExtendFile(count, buffers)) {
    for (int i = 0; i < count; ++i) {
      buffers[i] = ReadBufferExtended(relation_, MAIN_FORKNUM, P_NEW, RBM_NORMAL, strategy_);
    }
  }
  UnlockRelationForExtension(relation_, ExclusiveLock);
  return count;
}

void RelationExtender::Close() {
  if (file_ >= 0) CloseTransientFile(file_);
  file_ = -1;
}

bool RelationExtender::OpenSegment(BlockNumber segment) {
  if (file_ >= 0 && segment_ == segment) return true;
  Close();
  char* path = compat::MainForkPath(relation_);
  if (segment > 0) path = psprintf("%s.%u", path, segment);
  file_ = OpenTransientFile(path, O_RDWR | PG_BINARY);
  segment_ = segment;
  return file_ >= 0;
}

// Under the extension lock. False: nothing has been added, and no buffer is pinned.
bool RelationExtender::ExtendFile(int count, Buffer* buffers) {
  constexpr auto kSegmentPages = static_cast<BlockNumber>(RELSEG_SIZE);
  const BlockNumber first = RelationGetNumberOfBlocks(relation_);
  const BlockNumber last = first + static_cast<BlockNumber>(count) - 1;
  const bool is_segment_there = first == 0 || first % kSegmentPages != 0;
  if (!is_segment_there || first / kSegmentPages != last / kSegmentPages) return false;
  if (!OpenSegment(first / kSegmentPages)) return false;

  bool is_new = true;
  int pinned = 0;
  while (pinned < count && is_new) {
    const BlockNumber block = first + static_cast<BlockNumber>(pinned);
    buffers[pinned] = ReadBufferExtended(relation_, MAIN_FORKNUM, block, RBM_ZERO_AND_LOCK, strategy_);
    is_new = PageIsNew(BufferGetPage(buffers[pinned]));
    LockBuffer(buffers[pinned++], BUFFER_LOCK_UNLOCK);
  }
  if (is_new) {
    const off_t offset = static_cast<off_t>(first % kSegmentPages) * BLCKSZ;
    can_allocate_ = AllocateFileSpace(file_, offset, static_cast<off_t>(count) * BLCKSZ);
    if (can_allocate_) return true;
  }
  while (pinned > 0) ReleaseBuffer(buffers[--pinned]);
  return false;
}

}  // namespace dbmocker::server
