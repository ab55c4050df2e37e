# Serves /srv/repository over HTTP/1.1 with entity tags, honestly or not, and writes each request on one line.
# usage: serve.pl ADDRESS      (in a container; not for people)
#
# A path may begin with /@FILE-FAULT: what goes wrong with files whose name has FILE in it, such as `/@Packages-cut`.
use strict;
use warnings;
use IO::Socket::INET;
use POSIX qw(strftime);

$| = 1;
$SIG{CHLD} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalAddr => $ARGV[0], LocalPort => 0, Listen => 64, ReuseAddr => 1) or die "$!";
print 'PORT ', $server->sockport, "\n";
# BuildKit knows an index by name, content and this time, and lets builds that run at once share what it knows, even when it
# has last asked. So each server has a time of its own, or tests would answer each other.
my $time = strftime '%a, %d %b %Y %H:%M:%S GMT', gmtime 1_000 * $server->sockport;

while (1) {
    my $client = $server->accept or next;
    next if fork;
    my ($method, $path) = (<$client> // '') =~ m{^(\S+) (\S+) HTTP} or exit;
    my %header;
    while (my $line = <$client>) {
        last if $line =~ /^\r?\n$/;
        $header{lc $1} = $2 if $line =~ /^([^:]+):\s*(.*?)\r?\n$/;
    }
    my $fault = '';
    my $name = $path;
    if ($name =~ s{^/@(\w+)-(\w+)/}{/}) {
        my ($about, $what) = ($1, $2);
        $fault = $what if $name =~ m{[^/]*\Q$about\E[^/]*$};
    }
    my ($status, $body, $tag) = ('404 Not Found', '', '');
    if ($fault eq '500') {
        $status = '500 Internal Server Error';
    } elsif ($fault ne '404' && $name !~ /\.\./ && open my $file, '<:raw', "/srv/repository$name") {
        local $/;
        $body = <$file>;
        $tag = sprintf '"%x-%x"', (stat $file)[9], length $body;
        $status = ($header{'if-none-match'} // '') =~ /\Q$tag\E/ ? '304 Not Modified' : '200 OK';
        substr($body, length($body) / 2, 1) ^= "\x01" if $fault eq 'flip';
    }
    my $conditional = exists $header{'if-none-match'} ? ' if-none-match' : '';
    print "$method $path$conditional ", substr($status, 0, 3), "\n";
    print $client "HTTP/1.1 $status\r\nConnection: close\r\n";
    print $client "ETag: $tag\r\n" if $tag;
    print $client "Last-Modified: $time\r\n" if $name =~ /InRelease$/;
    print $client 'Content-Length: ', $status =~ /^304/ ? 0 : length $body, "\r\n\r\n";
    if ($status !~ /^304/ && $method ne 'HEAD') {
        if ($fault eq 'cut' || $fault eq 'stall') {
            print $client substr $body, 0, length($body) / 2;
            $client->flush;
            sleep 600 if $fault eq 'stall';
        } elsif ($fault eq 'slow') {
            my $part = int(length($body) / 8) + 1;
            for (my $at = 0; $at < length $body; $at += $part) {
                print $client substr $body, $at, $part;
                $client->flush;
                select undef, undef, undef, 0.25;
            }
        } else {
            print $client $body;
        }
    }
    close $client;
    exit;
}
