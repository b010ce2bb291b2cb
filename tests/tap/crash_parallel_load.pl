# A server that dies at a random moment of a load by the parallel page writer comes back without a row of it, with sound
# pages, indexes and checksums, and goes on; a load that was acknowledged is there in full. DBMOCKER_CRASH_ROUNDS sets
# the number of rounds (each kind of death in turn).
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{DBMOCKER_CRASH_ROUNDS} || 8;
my $node = new_server('crash_load');
$node->safe_psql('postgres', q{
  CREATE TABLE people (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, born date);
  CREATE TABLE events (id bigint, name text, at timestamptz);
  CREATE UNLOGGED TABLE notes (id bigint PRIMARY KEY, body text);
} . load('people', 20_000) . load('events', 20_000) . load('notes', 20_000));
my %stored = (people => 20_000, events => 20_000);
my $broken = 0;  # loads that died with pages in the file

# Every way to die; the load runs in $session.
my %deaths = (
  'immediate stop' => sub { $node->stop('immediate'); },
  'kill -9 of the leader' => sub { kill_hard(session_pid($_[0])); },
  'kill -9 of a worker' => sub {
    my ($session) = @_;
    my @workers;
    for (1 .. 100)
    {
      last if @workers = workers_of($node, session_pid($session));
      usleep(5_000);
    }
    kill_hard($workers[0] // session_pid($session));
  });
my @ways = sort keys %deaths;
my @targets = qw(people events notes events);

for my $round (1 .. $rounds)
{
  my $way = $ways[ $round % @ways ];
  my $target = $targets[ $round % @targets ];
  my $what = "round $round ($target, $way)";
  # No load's transaction ends by itself; some loads have ended.
  my $is_done = $round % 5 == 0;
  my $pages = "SELECT pg_relation_size('$target')";
  my $before = $node->safe_psql('postgres', $pages);
  my $session = start_session($node, $is_done ? undef : 'BEGIN; ' . load($target, 3_000_000));
  $is_done ? run_in($session, 'BEGIN; ' . load($target, 100_000)) : usleep(30_000 + int(rand(700_000)));
  $deaths{$way}->($session);
  finish_session($session);
  $way eq 'immediate stop' ? $node->start : wait_for_restart($node);
  $broken++ if $target ne 'notes' && $node->safe_psql('postgres', $pages) > $before;

  # Transactions that would take over the number of one that recovery had forgotten.
  $node->safe_psql('postgres', 'CREATE TABLE IF NOT EXISTS ticks (n int);' . 'INSERT INTO ticks VALUES (1);' x 20);
  is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM events)'),
    "$stored{people}|$stored{events}", "$what: no row of the broken load, all of the others");
  is($node->safe_psql('postgres', 'SELECT count(*) FROM notes'), '0', "$what: the unlogged table is empty");
  is_sound($node, $what);
  for my $more (qw(people events))
  {
    $node->safe_psql('postgres', load($more, 2_000));
    $stored{$more} += 2_000;
  }
  $node->safe_psql('postgres', load('notes', 2_000));
}
cmp_ok($broken, '>', 0, "$broken of $rounds loads died with pages in the file");
is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT email), count(DISTINCT id) FROM people'),
  "$stored{people}|$stored{people}|$stored{people}", 'every acknowledged row is there');
# Nothing has read these rows, and so touched their pages, when the server shuts down.
$node->safe_psql('postgres', load($_, 30_000)) for qw(events notes);
$node->restart;
is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM notes)'),
  $stored{events} + 30_000 . '|32000', 'a shutdown writes them all');
$node->safe_psql('postgres', 'VACUUM (FREEZE)');
is_sound($node, 'after VACUUM FREEZE');
$node->stop;
command_ok([ 'pg_checksums', '--check', '-D', $node->data_dir ], 'checksums are right');
done_testing();
