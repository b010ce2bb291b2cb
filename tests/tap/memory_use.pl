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
$node->append_conf('postgresql.conf', "shared_buffers = 16MB\nfsync = off\nmax_wal_size = 1GB\n");
$node->start;
$node->safe_psql('postgres', q{
  CREATE EXTENSION dbmocker;
  CREATE UNLOGGED TABLE readers (id bigint, email text, name text, born date, notes text);
  CREATE UNLOGGED TABLE loans (id bigserial PRIMARY KEY, book text NOT NULL);
});
my $peak = q{SELECT substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\s+(\d+)')::int};

for my $case (
  [ 'batch', q{SELECT dbmocker.generate('readers', %d)} ],
  [ 'batch with an index', q{SELECT dbmocker.generate('loans', %d)} ],
  [ 'single', q{SELECT dbmocker.generate('readers', %d, options => '{"insertion_strategy": "single"}')} ],
  [ 'rows()', q{SELECT count(*) FROM (SELECT * FROM dbmocker.rows(NULL::readers, %d)) r} ])
{
  my ($name, $query) = @$case;
  my @kilobytes;
  for my $rows (10_000, 400_000)
  {
    my $run = sprintf $query, $rows;
    push @kilobytes, (split /\n/, $node->safe_psql('postgres', "$run; $peak"))[-1];
  }
  cmp_ok($kilobytes[1] - $kilobytes[0], '<', 4096, "$name: memory stays flat (@kilobytes kB)");
  cmp_ok($kilobytes[1], '<', 65536, "$name: below 64 MB");
}
$node->stop;
done_testing();
