# A crash that loses log records which were never flushed: recovery forgets the load's transaction, and its number goes
# to another one, which commits. No row of the load may come to life through that. DBMOCKER_CRASH_ROUNDS sets the number
# of rounds.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{DBMOCKER_CRASH_ROUNDS} || 4;
# The log stays in memory for as long as the server lets it: only a page that is written flushes what it depends on. Of
# the loads, some fit into shared buffers, others have to write pages before they end.
my $node = new_server('lose_wal', conf => join "\n", 'wal_writer_delay = 10s', 'wal_writer_flush_after = 1GB',
  'wal_buffers = 64MB', 'shared_buffers = 16MB', 'bgwriter_lru_maxpages = 0', 'checkpoint_timeout = 1h');
$node->safe_psql('postgres', 'CREATE TABLE events (id bigint, name text, at timestamptz);' . load('events', 2_000));
my $stored = 2_000;
my $forgotten = 0;

for my $round (1 .. $rounds)
{
  my $session = start_session($node);
  my $transaction = run_in($session, 'BEGIN; SELECT txid_current();');
  run_in($session, load('events', $round % 4 < 2 ? 20_000 : 250_000));
  $round % 2 ? kill_hard(session_pid($session)) : $node->stop('immediate');
  finish_session($session);
  $round % 2 ? wait_for_restart($node) : $node->start;
  my $next = $node->safe_psql('postgres', 'CREATE TABLE IF NOT EXISTS ticks (n int); SELECT txid_current()');
  $forgotten++ if $next <= $transaction + 1;
  $node->safe_psql('postgres', 'INSERT INTO ticks VALUES (1);' x 20);
  cmp_ok($node->safe_psql('postgres', 'SELECT txid_current()'), '>', $transaction,
    "round $round: later transactions have passed the load's");
  is($node->safe_psql('postgres', 'SELECT count(*) FROM events'), $stored, "round $round: no ghost rows");
  is($node->safe_psql('postgres', 'VACUUM events; SELECT count(*) FROM events'), $stored,
    "round $round: nor after VACUUM");
  is_sound($node, "round $round");
  $node->safe_psql('postgres', load('events', 2_000));
  $stored += 2_000;
}
cmp_ok($forgotten, '>', 0, "the log was lost in $forgotten of $rounds rounds");
$node->stop;
command_ok([ 'pg_checksums', '--check', '-D', $node->data_dir ], 'checksums are right');
done_testing();
