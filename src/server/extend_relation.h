// Empty pages at the end of a table's main fork, many at a time: what PostgreSQL 16 does by itself, for older servers.
// Must not put anything into the pages. Read first: RelationExtender::Extend.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// Plain data; server style. A file that an error leaves open is closed by the end of the (sub)transaction.
class RelationExtender {
 public:
  // The relation stays open and locked until Close(); the ring may be null.
  void Open(Relation relation, BufferAccessStrategy strategy);

  // Adds 1 to `count` pages (at most kMostPages), under the extension lock; returns how many, their buffers pinned and
  // not locked. A page is new unless another backend has taken it since: look again under its lock. Raises what the
  // server raises where no room is left.
  int Extend(int count, Buffer* buffers);

  void Close();

  static constexpr int kMostPages = 32;

 private:
  bool ExtendFile(int count, Buffer* buffers);
  bool OpenSegment(BlockNumber segment);

  Relation relation_ = nullptr;
  BufferAccessStrategy strategy_ = nullptr;
  int file_ = -1;  // of the segment; -1: none is open
  BlockNumber segment_ = 0;  // the number of the file, which holds RELSEG_SIZE pages
  bool can_allocate_ = true;
};

}  // namespace dbmocker::server
