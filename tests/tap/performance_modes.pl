# Performance modes and what each of them does: writer, workers, batches, memory, caches, indexes. Rows stay the same.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'needs /proc' unless -r '/proc/self/status';

my $node = new_server('modes', conf => "max_parallel_workers = 4\nmaintenance_work_mem = 8MB\n");
$node->safe_psql('postgres', q{
  CREATE TABLE authors (name text PRIMARY KEY);
  INSERT INTO authors SELECT md5(g::text) || md5(g::text) FROM generate_series(1, 200000) g;
  CREATE TABLE books (id bigint PRIMARY KEY, author text NOT NULL REFERENCES authors, title text, price numeric(8,2));
  CREATE UNLOGGED TABLE notes (id bigint, author text, body text);
  CREATE FUNCTION batches(mode text) RETURNS text LANGUAGE sql AS $$
    SELECT value #>> '{}' FROM dbmocker.options('books', jsonb_build_object('performance_mode', mode))
    WHERE option = 'batch_size' $$;
});
my $private = q{(SELECT substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\s+(\d+)')::int)};

sub run
{
  my ($mode, $rows, $columns, $target) = @_;
  $target //= 'books';
  return $node->safe_psql('postgres', qq{TRUNCATE $target; SELECT $columns
    FROM dbmocker.generate('$target', $rows, 5, '{"performance_mode": "$mode"}')});
}

my %digests;
for my $mode (qw(standard balanced high_speed memory_efficient ultra_high))
{
  my $report = run($mode, 60000, 'writer, workers, cache_bytes > 0, cache_evictions');
  $digests{digest($node, 'books', 'id')} = $mode;
  note "$mode: $report";
  is($report, 'batch|0|t|0', "$mode: in batches, by one process, keys kept") if $mode eq 'standard';
  is($report, 'parallel_bulk|0|t|0', "$mode: few rows need no workers") if $mode eq 'balanced';
  like($report, qr/^parallel_bulk\|\d\|t\|0$/, "$mode: whole pages") if $mode eq 'high_speed';
  like($report, qr/^\w+\|0\|f\|0$/, "$mode: one process, nothing kept") if $mode eq 'memory_efficient';
  like($report, qr/^parallel_bulk\|4\|t\|0$/, "$mode: all workers that there are") if $mode eq 'ultra_high';
}
is(scalar keys %digests, 1, 'the rows are the same in all modes');
is($node->safe_psql('postgres', q{SELECT string_agg(batches(m), ' ')
    FROM unnest('{standard,balanced,high_speed,memory_efficient,ultra_high}'::text[]) m}),
  '10000 auto 25000 200 50000', 'rows a batch');

# Indexes: kept up to date by standard, built anew by the fast modes; where that would cost more, they do not either.
my $file = q{SELECT pg_relation_filenode('books_pkey')};
for my $case ([ 'standard', 20000, 0 ], [ 'high_speed', 20000, 1 ], [ 'ultra_high', 20000, 1 ],
  [ 'high_speed', 10, 0 ])
{
  my ($mode, $rows, $is_new) = @$case;
  $node->safe_psql('postgres', 'TRUNCATE books') if $rows > 1000;
  my $before = $node->safe_psql('postgres', $file);
  $node->safe_psql('postgres',
    qq{SELECT dbmocker.generate('books', $rows, options => '{"performance_mode": "$mode"}')});
  my $after = $node->safe_psql('postgres', $file);
  is($before ne $after ? 1 : 0, $is_new, "$mode, $rows rows: indexes " . ($is_new ? 'built anew' : 'kept'));
}

# Shared keys: the file is there while the run is, one for all processes.
my $session = start_session($node);
send_to($session,
  q{TRUNCATE books; SELECT dbmocker.generate('books', 100000000, 5, '{"performance_mode": "ultra_high"}');});
wait_until($node, q{SELECT count(*) > 0 FROM dbmocker.progress WHERE phase = 'writing' AND workers > 0});
is($node->safe_psql('postgres', q{SELECT count(*), max(size) > 200000 * 64 FROM pg_ls_tmpdir()}), '1|t',
  'ultra_high: keys in one file');
my @maps = map { my $p = $_; slurp_file("/proc/$p/maps") =~ /pgsql_tmp/ ? 1 : 0 }
  (session_pid($session), workers_of($node, session_pid($session)));
is(scalar(grep { $_ } @maps), scalar @maps, 'mapped by ' . scalar(@maps) . ' processes');
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . session_pid($session) . ')');
finish_session($session);
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_ls_tmpdir()'), '0', 'and gone after the run');

# Memory: the same for few rows and for many, and the report says what the system says.
for my $mode (qw(memory_efficient balanced))
{
  my @kilobytes;
  for my $rows (10_000, 1_500_000)
  {
    $node->safe_psql('postgres', 'TRUNCATE notes');
    my $out = $node->safe_psql('postgres',
      qq{SELECT peak_memory / 1024, $private FROM dbmocker.generate('notes', $rows, 5,
          '{"performance_mode": "$mode", "max_workers": 0}')});
    push @kilobytes, split /\|/, (split /\n/, $out)[-1];
  }
  cmp_ok($kilobytes[2] - $kilobytes[0], '<', 2048, "$mode: peak memory does not grow with the rows (@kilobytes kB)");
  cmp_ok(abs($kilobytes[2] - $kilobytes[3]), '<', 8192, "$mode: the report agrees with the system");
}
my @peaks = map { run($_, 30000, 'peak_memory / 1024') } qw(memory_efficient balanced);
cmp_ok($peaks[0] + 10_000, '<', $peaks[1], "keys of 200000 parents: not in memory under memory_efficient (@peaks kB)");
my $contexts = $node->safe_psql('postgres', q{
  SELECT dbmocker.generate('books', 1000, 6, '{"performance_mode": "memory_efficient"}');
  SELECT sum(total_bytes) < 16 * 1024 * 1024 FROM pg_backend_memory_contexts});
like($contexts, qr/^t$/m, 'memory_efficient: below 16 MB of the server\'s own memory after the run');
$node->stop;
done_testing();
