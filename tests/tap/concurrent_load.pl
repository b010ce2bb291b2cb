# Other sessions at work on the table that the parallel page writer loads: writers and readers lose nothing, maintenance
# goes on or waits. And loads into tables that are new or emptied in the same transaction, whose pages are not logged.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('concurrent');
is($node->safe_psql('postgres', 'SHOW wal_level'), 'minimal', 'the log is minimal');
# Every row that a writer makes is told in `tally`. Loaded rows have ids above 0, and come by the hundred thousand.
$node->safe_psql('postgres', q{
  CREATE EXTENSION pg_visibility;
  CREATE TABLE ledger (id bigint, amount int, note text);
  ALTER TABLE ledger ALTER note SET STORAGE PLAIN;
  CREATE TABLE tally (amount int);
  INSERT INTO ledger SELECT -100 - i, 0, 'x' FROM generate_series(1, 4) i;
});
my %script = (
  # New connections with rows that no page has room for ask for the last page, which a load may have added just then.
  insert => q{BEGIN; INSERT INTO ledger VALUES (-1, 10, repeat('y', 7500)); INSERT INTO tally VALUES (10); COMMIT;},
  update => q{
    \set row random(101, 104)
    BEGIN; UPDATE ledger SET amount = amount + 1 WHERE id = -:row; INSERT INTO tally VALUES (1); COMMIT;},
  read => q{
    SELECT 1 / ((l.sum = t.sum AND l.loaded % 100000 = 0)::int)
    FROM (SELECT sum(amount) FILTER (WHERE id < 0), count(*) FILTER (WHERE id > 0) AS loaded FROM ledger) l,
         (SELECT coalesce(sum(amount), 0) AS sum FROM tally) t;});
my %clients;
for my $name (sort keys %script)
{
  my $file = $node->basedir . "/$name.sql";
  append_to_file($file, $script{$name});
  my @how = $name eq 'insert' ? ('-C', '-c', 3) : ('-c', 1);
  $clients{$name} = { out => '', err => '' };
  $clients{$name}{run} = IPC::Run::start([ 'pgbench', '-n', '-T', 4, @how, '-f', $file, '-h', $node->host, '-p',
      $node->port, 'postgres' ], '>', \$clients{$name}{out}, '2>', \$clients{$name}{err});
}
# Maintenance beside it, in a session of its own.
my $maintenance = start_session($node);
my $loads = 0;
while ($clients{insert}{run}->pumpable)
{
  send_to($maintenance, 'VACUUM ledger; ANALYZE ledger; CHECKPOINT; VACUUM (FREEZE) tally;');
  $node->safe_psql('postgres', load('ledger', 100_000, '"max_workers": ' . (1 + $loads % 2)));
  $loads++;
  # One that has just ended cannot be pumped; what became of it is asked below.
  eval { IPC::Run::pump_nb($_->{run}) } for values %clients;
}
for my $name (sort keys %clients)
{
  my $ok = IPC::Run::finish($clients{$name}{run});
  ok($ok, "$name: every transaction came out right") or diag(substr $clients{$name}{err}, -600);
  like($clients{$name}{out}, qr/actually processed: [1-9]/, "$name: some have run");
}
run_in($maintenance, 'SELECT 1;');
is(finish_session($maintenance), '', 'maintenance went on');
cmp_ok($loads, '>', 2, "$loads loads meanwhile");
is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT id) FROM ledger WHERE id > 0'),
  sprintf('%d|%1$d', $loads * 100_000), 'no loaded row is lost');
is($node->safe_psql('postgres', q{SELECT
  (SELECT sum(amount) FROM ledger WHERE id < 0) - (SELECT sum(amount) FROM tally),
  (SELECT 10 * count(*) FROM ledger WHERE id = -1) - (SELECT sum(amount) FROM tally WHERE amount = 10)}), '0|0',
  'no written one');
is_sound($node, 'after all of it');

# An index that is asked for during a load waits for it, and holds its rows.
my $session = start_session($node, 'BEGIN;' . load('ledger', 100_000));
wait_until($node, q{SELECT count(*) > 0 FROM pg_locks WHERE relation = 'ledger'::regclass
  AND mode = 'RowExclusiveLock'});
my $builder = start_session($node, 'CREATE INDEX ON ledger (id); CREATE INDEX CONCURRENTLY ON ledger (amount);');
wait_until($node, q{SELECT count(*) > 0 FROM pg_locks WHERE relation = 'ledger'::regclass AND NOT granted});
run_in($session, 'COMMIT;');
run_in($builder, 'SELECT 1;');
is(finish_session($builder), '', 'indexes are built');
finish_session($session);
is($node->safe_psql('postgres', 'SET enable_seqscan = off;
  SELECT count(*), count(DISTINCT id) FROM ledger WHERE id > 0'),
  sprintf('%d|%1$d', ($loads + 1) * 100_000), 'and find every row');
is_sound($node, 'with indexes');
$node->safe_psql('postgres', 'DROP TABLE ledger');

# Tables that are new in the transaction are not logged: with rows of other statements before and after.
for my $threshold (0, '1GB')
{
  $node->safe_psql('postgres', qq{DROP TABLE IF EXISTS fresh, emptied; CHECKPOINT;
    SET wal_skip_threshold = '$threshold';
    CREATE TABLE emptied (id bigint PRIMARY KEY, name text); INSERT INTO emptied VALUES (-1, 'old');
    SELECT pg_current_wal_insert_lsn() AS before \\gset
    BEGIN;
    CREATE TABLE fresh (id bigint, name text);
    INSERT INTO fresh SELECT -i, 'before' FROM generate_series(1, 1000) i;} . load('fresh', 50_000) .
    q{INSERT INTO fresh SELECT -2000 - i, 'between' FROM generate_series(1, 1000) i;} . load('fresh', 50_000) .
    q{INSERT INTO fresh VALUES (-5000, 'after'); UPDATE fresh SET name = 'x' WHERE id BETWEEN 1 AND 10;
    TRUNCATE emptied;} . load('emptied', 50_000) . q{
    CREATE TABLE lsn AS SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), :'before') AS bytes;
    COMMIT;});
  cmp_ok($node->safe_psql('postgres', 'SELECT bytes FROM lsn'), '<', 1_000_000,
    "$threshold: next to nothing is logged");
  my %rows = map { $_ => digest($node, $_, 'id') } qw(fresh emptied);
  $node->stop('immediate');
  $node->start;
  like($rows{fresh}, qr/^102001\|/, "$threshold: all rows of the new table");
  is(digest($node, $_, 'id'), $rows{$_}, "$threshold: $_ outlives a crash") for sort keys %rows;
  is_sound($node, "$threshold: after a crash");
  $node->safe_psql('postgres', 'DROP TABLE lsn');
}

# Frozen rows: in such a table only.
is($node->safe_psql('postgres', q{
  BEGIN;
  CREATE TABLE frozen (id bigint PRIMARY KEY, name text);
  SELECT rows FROM dbmocker.generate('frozen', 50000, options => '{"freeze": true}');
  COMMIT;
  SELECT bool_and(all_visible AND all_frozen AND pd_all_visible) FROM pg_visibility('frozen');
  SELECT count(*) FROM pg_check_frozen('frozen');
  SELECT count(*) FROM pg_check_visible('frozen');
  SELECT count(*), count(DISTINCT id) FROM frozen}), "50000\nt\n0\n0\n50000|50000", 'frozen rows on frozen pages');
$session = start_session($node);
for my $case (
  [ 'an older table', q{SELECT dbmocker.generate('frozen', 2000, options => '{"freeze": true}');} ],
  [ 'one of the transaction around', q{BEGIN; CREATE TABLE other (id int); SAVEPOINT s;
    SELECT dbmocker.generate('other', 2000, options => '{"freeze": true}'); ROLLBACK;} ],
  [ 'one that an open cursor reads', q{BEGIN; CREATE TABLE other (id int); DECLARE c CURSOR FOR SELECT * FROM other;
    FETCH 1 FROM c; SELECT dbmocker.generate('other', 2000, options => '{"freeze": true}'); ROLLBACK;} ])
{
  $session->{err} = '';
  run_in($session, "\\set VERBOSITY sqlstate\n$case->[1]");
  is($session->{err}, "ERROR:  55000\n", "freeze is refused for $case->[0]");
}
finish_session($session);
is_sound($node, 'with frozen rows');
$node->stop;
done_testing();
