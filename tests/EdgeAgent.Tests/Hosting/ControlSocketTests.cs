using System.Net.Sockets;
using System.Text.Json;
using EdgeAgent.Hosting;
using EdgeAgent.Hosting.Measuring;
using EdgeAgent.Tests.Queue;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Hosting;

public sealed class ControlSocketTests : TestsWithAnEnd
{
    private static readonly TimeSpan Deadline = BusyMachine.Deadline;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgeagent-control-");

    private string SocketPath => Path.Combine(_folder.FullName, "run", "control.sock");

    private readonly QueueRig _rig = new QueueRig().Open();

    public override async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task It_answers_a_question_with_one_line_of_json()
    {
        await using var agent = Start();

        var answer = await AskAsync("status\n");

        using var json = JsonDocument.Parse(answer!);
        Assert.Equal("pi", json.RootElement.GetProperty("gateway").GetString());
        Assert.Equal(3, json.RootElement.GetProperty("queue").GetProperty("depth").GetInt64());
    }

    [Fact]
    public async Task It_answers_how_it_was()
    {
        await using var agent = Start();

        var answer = await AskAsync("history\n");

        using var json = JsonDocument.Parse(answer!);
        var recent = json.RootElement.GetProperty("recent");
        Assert.Equal(7, recent.GetProperty("depth")[0].GetInt64());
        Assert.Equal(JsonValueKind.Null, recent.GetProperty("acknowledgement_p50_ms")[0].ValueKind);
    }

    [Fact]
    public async Task An_unknown_question_gets_an_answer_that_says_what_is_known()
    {
        await using var agent = Start();

        Assert.Equal("""{"format":1,"error":"unknown question; known: status, history, reload, queue-info, queue-list, queue-get, queue-purge, dead-letters, dead-letters-retry, dead-letters-drop"}""", await AskAsync("dance\n"));
    }

    [Fact]
    public async Task A_question_without_end_is_cut_off_and_the_next_client_is_served()
    {
        await using var agent = Start();

        Assert.Null(await AskAsync(new string('x', ControlSocket.LongestQuestion + 1)));
        Assert.NotNull(await AskAsync("status\n"));
    }

    [Fact]
    public async Task A_hundred_clients_at_once_all_get_their_answer()
    {
        await using var agent = Start();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => AskAsync("status\n")));

        Assert.All(answers, answer => Assert.StartsWith("{\"format\":1,\"gateway\":\"pi\"", answer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clients_that_never_finish_their_question_hold_a_place_for_ten_seconds_and_no_longer()
    {
        var time = new FakeTimeProvider();
        await using var agent = Start(time);
        var silent = new List<Socket>();
        for (var i = 0; i < ControlSocket.Attendants; i++)
        {
            // Each has its place when it has had its answer.
            silent.Add(await ConnectAsync());
            await using var stream = new NetworkStream(silent[i]);
            Assert.NotNull(await AskAsync(stream, "status\n"));
            await stream.WriteAsync("stat"u8.ToArray());
        }

        var answer = AskAsync("status\n");
        Assert.NotSame(answer, await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System)));
        time.Advance(ControlSocket.Patience);

        Assert.StartsWith("{\"format\":1", await answer, StringComparison.Ordinal);
        silent.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public async Task Group_members_may_ask_and_others_may_not()
    {
        await using var agent = Start();
        _ = await AskAsync("status\n");

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
            File.GetUnixFileMode(SocketPath));
    }

    [Fact]
    public async Task A_socket_file_left_by_a_killed_agent_is_no_obstacle()
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(SocketPath)!);
        await File.WriteAllTextAsync(SocketPath, "");
        await using var agent = Start();

        Assert.NotNull(await AskAsync("status\n"));
    }

    [Fact]
    public async Task A_second_agent_leaves_the_socket_of_the_first_alone_and_says_so()
    {
        await using var first = Start();
        var log = new RecordedLog();
        var second = new ControlSocket(SocketPath, static (_, _) => Task.FromResult("second"u8.ToArray()), TimeProvider.System, log);

        await second.RunAsync(CancellationToken.None).WaitAsync(Deadline);

        Assert.StartsWith("{\"format\":1,\"gateway\":\"pi\"", await AskAsync("status\n"), StringComparison.Ordinal);
        Assert.Contains("another agent answers there", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_socket_of_a_crashed_agent_is_taken_over_and_removed_at_the_end()
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(SocketPath)!);
        using (var crashed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            crashed.Bind(new UnixDomainSocketEndPoint(SocketPath));
            crashed.Listen();
            File.Move(SocketPath, SocketPath + ".kept");
        }

        // .NET removes the file of a socket that is closed; a crash does not.
        File.Move(SocketPath + ".kept", SocketPath);
        await using (var agent = Start())
        {
            Assert.NotNull(await AskAsync("status\n"));
        }

        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task A_place_where_no_socket_can_be_does_not_stop_the_agent()
    {
        var control = new ControlSocket("/proc/nowhere/control.sock", Answers.AnswerAsync, TimeProvider.System, NullLogger.Instance);

        await control.RunAsync(CancellationToken.None).WaitAsync(Deadline);
    }

    private static AgentStatus Status() => new(
        AgentStatus.PresentFormat,
        "pi",
        "1",
        1.5,
        new ConfigurationReport("/etc/edgeagent/edgeagent.yaml", default, null, null),
        new BrokerStatus("waiting", null, null, null, null, "refused", 0, 0, 0, []),
        new QueueStatus(3, 3, 0, 3, 0, null, null, 0, 0, null, null, 0, 0, [], 0, "healthy", null),
        new RateStatus(0, 0, null, null),
        []);

    private static AgentHistory History() => new(
        AgentStatus.PresentFormat, new HistoryReport(5, default, [7], [1], [0], [null], [null], [0]), new HistoryReport(60, default, [], [], [], [], [], []));

    private ControlAnswers Answers => new(Status, History, static _ => Task.FromResult(Status().Configuration), new QueueAnswers(_rig.Queue.Operations));

    private Running Start(TimeProvider? time = null)
    {
        var control = new ControlSocket(SocketPath, Answers.AnswerAsync, time ?? TimeProvider.System, NullLogger.Instance);
        var stop = new CancellationTokenSource();
        return new Running(control.RunAsync(stop.Token), stop);
    }

    private async Task<string?> AskAsync(string question)
    {
        using var socket = await ConnectAsync();
        await using var stream = new NetworkStream(socket);
        return await AskAsync(stream, question);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath)).WaitAsync(Deadline);
        return socket;
    }

    /// <summary>The answer; null when the connection ends instead.</summary>
    private static async Task<string?> AskAsync(NetworkStream stream, string question)
    {
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(question));
        using var reader = new StreamReader(stream, leaveOpen: true);
        try
        {
            return await reader.ReadLineAsync().WaitAsync(Deadline);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Listening starts within the call to RunAsync, so there is nothing to wait for.</summary>
    private sealed class Running(Task task, CancellationTokenSource stop) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await task.WaitAsync(Deadline);
            stop.Dispose();
        }
    }
}
