# dbmocker.schedule() through pg_cron: the job is submitted when its time comes, as the role that scheduled it; without
# pg_cron the error says what to install. pg_cron's shortest interval is a minute, and so is this test.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $library = `pg_config --pkglibdir` =~ s/\n//r . '/pg_cron.so';
plan skip_all => 'needs pg_cron' unless -e $library;
my $node = new_server('jobs_schedule', conf => "shared_preload_libraries = 'pg_cron'\n"
    . "cron.database_name = 'postgres'\ncron.use_background_workers = on\n");
$node->safe_psql('postgres', q{
  CREATE ROLE seeder LOGIN;
  CREATE SCHEMA shop AUTHORIZATION seeder;
  CREATE TABLE shop."odd 'name'" (id int PRIMARY KEY, note text);
  ALTER TABLE shop."odd 'name'" OWNER TO seeder;
});
my $call = q{SET ROLE seeder; SELECT dbmocker.schedule('often', '* * * * *', $$shop."odd 'name'"$$, keep_rows => 40,
  options => '{"null_probability": 0}')};
my (undef, undef, $err) = $node->psql('postgres', $call);
like($err, qr/pg_cron is not installed in this database/, 'without pg_cron: an error');
like($err, qr/HINT:.*postgresql-\d+-cron.*systemd timer.*psql -d postgres -c "SELECT dbmocker.submit\(.*keep_rows/s,
  'with a hint');
(undef, undef, $err) = $node->psql('postgres', q{SET ROLE seeder; SELECT dbmocker.unschedule('often')});
like($err, qr/pg_cron is not installed/, 'for unschedule, too');

$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO seeder;');
(undef, undef, $err) = $node->psql('postgres',
  q{SET ROLE seeder; SELECT dbmocker.schedule('often', '* * * * *', $$shop."odd 'name'"$$)});
like($err, qr/give either rows or keep_rows/, 'arguments are checked at once');
cmp_ok($node->safe_psql('postgres', $call), '>', 0, 'scheduled');
is($node->safe_psql('postgres', q{SELECT username, jobname FROM cron.job}), 'seeder|often', 'as the role');
for (1 .. 80)
{
  last if $node->safe_psql('postgres', q{SELECT count(*) FROM dbmocker.jobs WHERE state = 'done'}) > 0;
  usleep(1_000_000);
}
is($node->safe_psql('postgres', q{SELECT owner, state, rows_done FROM dbmocker.jobs ORDER BY id LIMIT 1}),
  'seeder|done|40', 'the job was submitted and carried out');
is($node->safe_psql('postgres', q{SET ROLE seeder; SELECT dbmocker.unschedule('often')}), 't', 'unscheduled');
is($node->safe_psql('postgres', 'SELECT count(*) FROM cron.job'), '0', 'pg_cron has forgotten it');
$node->stop;
done_testing();
