# A run's memory does not grow with its rows: the backend's own memory after a long run is that after a short one.
# Linux only: read from /proc.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'needs /proc' unless -r '/proc/self/status';

my $node = PostgreSQL::Test::Cluster->new('memory');
$node->init;
$node->append_conf('postgresql.conf',
  "shared_buffers = 16MB\nfsync = off\nmax_wal_size = 1GB\nmaintenance_work_mem = 8MB\n");
$node->start;
$node->safe_psql('postgres', q{
  CREATE EXTENSION dbmocker;
  CREATE UNLOGGED TABLE readers (id bigint, email text, name text, born date, notes text);
  CREATE UNLOGGED TABLE loans (id bigserial PRIMARY KEY, book text NOT NULL);
});
my $peak = q{SELECT substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\s+(\d+)')::int};

sub run_of { return qq{SELECT dbmocker.generate('$_[0]', %d, options => '{"insertion_strategy": "$_[1]"}')} }

# What a run may add, in kB: building indexes anew sorts their keys within maintenance_work_mem.
for my $case (
  [ 'batch', run_of('readers', 'batch'), 4096 ],
  [ 'batch with an index', run_of('loans', 'batch'), 4096 ],
  [ 'bulk with an index', run_of('loans', 'bulk'), 4096 + 8192 ],
  [ 'parallel_bulk', run_of('readers', 'parallel_bulk'), 4096 ],
  [ 'parallel_bulk with an index', run_of('loans', 'parallel_bulk'), 4096 + 8192 ],
  [ 'single', run_of('readers', 'single'), 4096 ],
  [ 'rows()', q{SELECT count(*) FROM (SELECT * FROM dbmocker.rows(NULL::readers, %d)) r}, 4096 ])
{
  my ($name, $query, $allowance) = @$case;
  my @kilobytes;
  for my $rows (10_000, 400_000)
  {
    my $run = sprintf $query, $rows;
    push @kilobytes, (split /\n/, $node->safe_psql('postgres', "$run; $peak"))[-1];
  }
  cmp_ok($kilobytes[1] - $kilobytes[0], '<', $allowance, "$name: memory stays flat (@kilobytes kB)");
  cmp_ok($kilobytes[1], '<', 65536, "$name: below 64 MB");
}
$node->stop;
done_testing();
