// The check of free space; see check_disk_space.h. An estimate from some rows is off by a few percent: only what
// exceeds the free space by a tenth is refused.
// Read first: CheckDiskSpace.
#include "server/check_disk_space.h"

#include <sys/statvfs.h>

namespace dbmocker::server {
namespace {

constexpr std::uint64_t kSmallLoad = std::uint64_t{16} << 20;  // bytes below which asking is not worth it

long long InMegabytes(std::uint64_t bytes) { return static_cast<long long>(bytes >> 20); }

}  // namespace

void CheckDiskSpace(Relation target, std::uint64_t bytes) {
  if (bytes < kSmallLoad) return;
  Oid const tablespace =
      OidIsValid(target->rd_rel->reltablespace) ? target->rd_rel->reltablespace : MyDatabaseTableSpace;
  char* const folder = GetDatabasePath(MyDatabaseId, tablespace);
  struct statvfs file_system;
  const bool is_known = statvfs(folder, &file_system) == 0;
  pfree(folder);
  if (!is_known) return;
  const std::uint64_t free_bytes = std::uint64_t{file_system.f_bavail} * file_system.f_frsize;
  if (bytes - bytes / 10 <= free_bytes) return;
  ereport(ERROR, (errcode(ERRCODE_DISK_FULL),
                  errmsg("not enough disk space for the rows of table \"%s\"", RelationGetRelationName(target)),
                  errdetail("The table would grow by about %lld MB; the file system has %lld MB left.",
                            InMegabytes(bytes), InMegabytes(free_bytes)),
                  errhint("Ask for fewer rows, or free some space.")));
}

}  // namespace dbmocker::server
