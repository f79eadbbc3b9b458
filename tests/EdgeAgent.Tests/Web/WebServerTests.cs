using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using EdgeAgent.Web;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Web;

public sealed class WebServerTests : TestsWithAnEnd
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static readonly TimeSpan Deadline = BusyMachine.Deadline;

    private readonly TimeWithTimers _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly IPEndPoint _endpoint = FreePort();
    private readonly Task _running;
    private int _made;

    public WebServerTests()
    {
        var site = new Site(new Access(null), _time, ("/", () => HttpResponse.Text(HttpStatus.Ok, $"page {++_made}")), ("/large", () => HttpResponse.Text(HttpStatus.Ok, new('x', 1 << 20))));
        _running = new WebServer(_endpoint, site, _time, NullLogger.Instance).RunAsync(_stop.Token);
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Deadline);
        _stop.Dispose();
    }

    [Fact]
    public async Task A_page_is_answered_with_its_length_and_the_connection_ends()
    {
        var answer = await AskAsync(Get);

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 7\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\npage 1\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", "200")]
    [InlineData("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", "405")]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "404")]
    [InlineData("GET / HTTP/1.1\r\nHost: evil.example.com\r\n\r\n", "421")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "400")]
    public async Task Each_request_gets_its_code(string request, string code) =>
        Assert.StartsWith($"HTTP/1.1 {code} ", await AskAsync(request), StringComparison.Ordinal);

    [Fact]
    public async Task Head_is_answered_without_the_page() =>
        Assert.EndsWith("\r\n\r\n", await AskAsync("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task A_request_that_comes_in_pieces_is_answered()
    {
        using var client = await ConnectAsync();
        foreach (var piece in Get)
        {
            await client.SendAsync(new byte[] { (byte)piece });
        }

        Assert.StartsWith("HTTP/1.1 200 ", await ReadAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_without_end_is_cut_off_and_the_answer_still_arrives() =>
        Assert.StartsWith("HTTP/1.1 431 ", await AskAsync("GET / HTTP/1.1\r\nX: " + new string('x', 50_000)), StringComparison.Ordinal);

    [Fact]
    public async Task Pipelined_rubbish_behind_a_request_does_not_take_its_answer_away()
    {
        var answer = await AskAsync(Get + string.Concat(Enumerable.Repeat(Get + "\0\r\n", 500)));

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal(answer.LastIndexOf("HTTP/1.1", StringComparison.Ordinal), answer.IndexOf("HTTP/1.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_does_not_finish_its_request_is_told_so_and_let_go()
    {
        var client = await ConnectAsync();
        await client.SendAsync("GET / HT"u8.ToArray());
        await _time.TimerAsync();
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.StartsWith("HTTP/1.1 408 ", await ReadAsync(client), StringComparison.Ordinal);
        client.Dispose();
    }

    [Fact]
    public async Task More_silent_clients_than_there_are_places_keep_others_out_for_seconds_only()
    {
        var silent = new List<Socket>();
        for (var i = 0; i < 100; i++)
        {
            silent.Add(await ConnectAsync());
        }

        await OnceThereIsAPlaceAsync();
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(Get), StringComparison.Ordinal);
        silent.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task A_client_that_does_not_take_its_answer_is_let_go()
    {
        var deaf = new List<Socket>();
        for (var i = 0; i < 64; i++)
        {
            var client = await ConnectAsync(receiveBuffer: 4096);
            await client.SendAsync("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            deaf.Add(client);
        }

        await OnceThereIsAPlaceAsync();
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(Get), StringComparison.Ordinal);
        deaf.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task Clients_that_leave_at_any_moment_do_no_harm()
    {
        for (var i = 0; i < 200; i++)
        {
            using var client = await ConnectAsync();
            await client.SendAsync(Encoding.ASCII.GetBytes(Get[..(i % Get.Length)]));
            client.LingerState = new(true, 0);
        }

        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(Get), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_clients_at_once_are_all_answered_and_the_page_is_made_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => AskAsync(Get)));

        Assert.All(answers, static answer => Assert.EndsWith("page 1\n", answer, StringComparison.Ordinal));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.EndsWith("page 2\n", await AskAsync(Get), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_tried_again_until_it_is_free()
    {
        var time = new FakeTimeProvider();
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var endpoint = (IPEndPoint)other.LocalEndPoint!;
        var site = new Site(new Access(null), time, ("/", () => HttpResponse.Text(HttpStatus.Ok, "late")));
        using var stop = new CancellationTokenSource();
        var running = new WebServer(endpoint, site, time, NullLogger.Instance).RunAsync(stop.Token);
        other.Dispose();

        time.Advance(TimeSpan.FromSeconds(10));
        string? answer = null;
        while (answer is null)
        {
            try
            {
                answer = await AskAsync(Get, endpoint);
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }

        Assert.EndsWith("late\n", answer, StringComparison.Ordinal);
        await stop.CancelAsync();
        await running.WaitAsync(Deadline);
    }

    /// <summary>Lets time run until somebody is served. Who it is may run out of time himself, so what he is told, if anything, says nothing.</summary>
    private async Task OnceThereIsAPlaceAsync()
    {
        var served = AskAsync(Get);
        while (!served.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        try
        {
            _ = await served;
        }
        catch (SocketException)
        {
            // Cut off for having been too slow, by a clock that runs this fast.
        }
    }

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private async Task<Socket> ConnectAsync(IPEndPoint? endpoint = null, int? receiveBuffer = null)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer is { } size)
        {
            client.ReceiveBufferSize = size;
        }

        await client.ConnectAsync(endpoint ?? _endpoint).WaitAsync(Deadline);
        return client;
    }

    private async Task<string> AskAsync(string request, IPEndPoint? endpoint = null)
    {
        using var client = await ConnectAsync(endpoint);
        await client.SendAsync(Encoding.Latin1.GetBytes(request));
        return await ReadAsync(client);
    }

    private static async Task<string> ReadAsync(Socket client)
    {
        var answer = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (await client.ReceiveAsync(buffer).WaitAsync(Deadline) is > 0 and var read)
        {
            _ = answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }

    /// <summary>Tells when a timer is made, so that time can be moved on once somebody waits for it.</summary>
    private sealed class TimeWithTimers : FakeTimeProvider
    {
        private readonly Channel<bool> _made = Channel.CreateUnbounded<bool>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _ = _made.Writer.TryWrite(true);
            return timer;
        }

        public async Task TimerAsync() => await _made.Reader.ReadAsync().AsTask().WaitAsync(Deadline);
    }
}
