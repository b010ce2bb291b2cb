# The view of progress: a run in a transaction of its own, seen from other sessions while it goes on; what it says of
# rows, phases, memory, processor and rejected rows; who may see it; and that it is gone when the run is.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'needs /proc' unless -r '/proc/self/statm';

my $node = new_server('progress');
$node->safe_psql('postgres', q{
  CREATE TABLE items (id bigint PRIMARY KEY, a int NOT NULL CONSTRAINT a_is_odd CHECK (abs(hashint4(a)) % 3 = 1),
    b text NOT NULL);
  CREATE TABLE plain (id bigint, b text);
  CREATE ROLE somebody LOGIN;
  CREATE ROLE monitor LOGIN IN ROLE pg_read_all_stats;
});

sub look
{
  my ($columns, $role) = @_;
  return $node->safe_psql('postgres', "SET ROLE " . ($role // 'postgres') . "; SELECT $columns FROM dbmocker.progress");
}

# Samples of one column until the query is true for one of them.
sub follow
{
  my ($columns, $until) = @_;
  my @seen;
  for (1 .. 500)
  {
    my $row = look($columns);
    push @seen, $row if $row ne '' && (!@seen || $seen[-1] ne $row);
    return @seen if $until->(@seen);
    usleep(20_000);
  }
  return @seen;
}

my $postgres = $node->safe_psql('postgres', 'SELECT current_user');
$node->safe_psql('postgres', 'CREATE ROLE postgres SUPERUSER') if $postgres ne 'postgres';

is(look('*'), '', 'no run, no progress');
my $session = start_session($node);
my $pid = session_pid($session);
send_to($session, q{BEGIN; SAVEPOINT a;
  SELECT dbmocker.generate('items', 200000000, options => '{"max_workers": 1}');});
my @rows = follow("rows_done", sub { @_ > 4 && $_[-1] > 300_000 });
my @sorted = sort { $a <=> $b } @rows;
is("@rows", "@sorted", 'rows only become more');
cmp_ok(scalar @rows, '>', 4, 'and are shown while they become more');
is(look(q{pid, datname, target, state, phase, rows, job}), "$pid|postgres|items|running|writing|200000000|",
  'whose run it is and what it does');
is(look(q{percent BETWEEN 0.1 AND 99, rows_per_second > 1000, average_rows_per_second > 1000,
    eta BETWEEN '1 second' AND '1 day'}), 't|t|t|t', 'rates, percent and the time that is left');
is(look(q{workers, memory BETWEEN 5000000 AND 300000000, cpu BETWEEN 5 AND 400}), '1|t|t',
  'memory and processor time of the process and its worker');
is(look(q{rejected > rows_done / 2, (rejected_rows->>'a_is_odd')::bigint > 1000}), 't|t',
  'rejected rows by constraint');
is(look('pid, datname, target, rows, rows_done, memory', 'somebody'), "$pid|postgres||||",
  'others see no more than that there is one');
is(look('target, rows', 'monitor'), 'items|200000000', 'but monitors do');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
ok(wait_until($node, 'SELECT count(*) = 0 FROM dbmocker.progress'), 'a run that is cancelled is gone');
is(run_in($session, 'ROLLBACK TO a; SELECT count(*) FROM items;'), '0', 'and so are its rows');
run_in($session, 'ROLLBACK;');

# Phases, and a run inside of a longer transaction that goes on.
send_to($session, q{BEGIN; SELECT rows FROM dbmocker.generate('items', 1500000);});
my @phases = follow('phase', sub { $_[-1] && $_[-1] eq 'building indexes' });
is($phases[-1], 'building indexes', "phases: @phases");
is(look(q{rows_done = rows, percent, rejected > 100000}), 't|100.0|t', 'all rows are there while indexes are built');
run_in($session, 'SELECT 1;');
is(look('*'), '', 'nothing is left though the transaction goes on');
run_in($session, 'ROLLBACK;');

# The interval is what is asked for.
send_to($session, q{SELECT rows FROM dbmocker.generate('plain', 3000000,
  options => '{"max_workers": 0, "batch_size": 10000, "progress_interval": 500000}');});
my @steps = follow('rows_done', sub { $_[-1] && $_[-1] == 3_000_000 || look('*') eq '' && @_ > 0 });
my @short = grep { $steps[$_] < 3_000_000 && $steps[$_] - $steps[ $_ - 1 ] < 500_000 } 1 .. $#steps;
is(scalar @short, 0, "updates every 500000 rows: @steps");
cmp_ok(scalar @steps, '>', 2, 'and not only at the end');
run_in($session, 'SELECT 1;');

# Rows that only the executor can write, and tables of a schema one after the other.
$node->safe_psql('postgres', q{
  CREATE SCHEMA slow;
  CREATE FUNCTION slow.nap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.001); RETURN NEW; END $$;
  CREATE TABLE slow.parents (id int PRIMARY KEY);
  CREATE TABLE slow.children (id int PRIMARY KEY, parent int NOT NULL REFERENCES slow.parents);
  CREATE TRIGGER nap BEFORE INSERT ON slow.parents FOR EACH ROW EXECUTE FUNCTION slow.nap();
  CREATE TRIGGER nap BEFORE INSERT ON slow.children FOR EACH ROW EXECUTE FUNCTION slow.nap();
});
send_to($session, q{SELECT count(*) FROM dbmocker.generate_schema('slow', 3000);});
my %targets;
for (1 .. 500)
{
  my $target = look('target');
  $targets{$target} = 1 if $target ne '';
  last if keys %targets == 2;
  usleep(20_000);
}
is(join(' ', sort keys %targets), 'slow.children slow.parents', 'each table of a schema in its turn');
run_in($session, 'SELECT 1;');
finish_session($session);
$node->stop;
done_testing();
