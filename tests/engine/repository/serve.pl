# Serves /srv/repository over HTTP/1.1 with entity tags, and writes each request on one line.
# usage: serve.pl ADDRESS      (in a container; not for people)
use strict;
use warnings;
use IO::Socket::INET;

$| = 1;
$SIG{CHLD} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalAddr => $ARGV[0], LocalPort => 0, Listen => 64, ReuseAddr => 1) or die "$!";
print 'PORT ', $server->sockport, "\n";

while (1) {
    my $client = $server->accept or next;
    next if fork;
    my ($method, $path) = (<$client> // '') =~ m{^(\S+) (\S+) HTTP} or exit;
    my %header;
    while (my $line = <$client>) {
        last if $line =~ /^\r?\n$/;
        $header{lc $1} = $2 if $line =~ /^([^:]+):\s*(.*?)\r?\n$/;
    }
    my ($status, $body, $tag) = ('404 Not Found', '', '');
    if ($path !~ /\.\./ && open my $file, '<:raw', "/srv/repository$path") {
        local $/;
        $body = <$file>;
        $tag = sprintf '"%x-%x"', (stat $file)[9], length $body;
        $status = ($header{'if-none-match'} // '') =~ /\Q$tag\E/ ? '304 Not Modified' : '200 OK';
    }
    my $conditional = exists $header{'if-none-match'} ? ' if-none-match' : '';
    print "$method $path$conditional ", substr($status, 0, 3), "\n";
    print $client "HTTP/1.1 $status\r\nConnection: close\r\n";
    print $client "ETag: $tag\r\n" if $tag;
    print $client 'Content-Length: ', $status =~ /^304/ ? 0 : length $body, "\r\n\r\n";
    print $client $body unless $status =~ /^304/ || $method eq 'HEAD';
    close $client;
    exit;
}
