using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Delivery;

namespace EdgeAgent.Commands.Connecting;

/// <summary><c>edgeagent connect</c>: connects to the brokers once, beside the running agent, and says which step fails.</summary>
internal static class ConnectCommand
{
    private static readonly DurationShape Timeouts = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));

    public static Command Create()
    {
        var url = new Argument<string?>("url")
        {
            Description = "A broker, such as mqtts://broker.example.com, instead of those of the configuration. Without --config it is sent no user name, no password and no certificate.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var config = CommonOptions.Config();
        var publish = new Option<string?>("--publish") { Description = "Publish one message there, with QoS 1 and not retained.", HelpName = "TOPIC" };
        var timeout = new Option<string>("--timeout") { Description = "How long to wait for each broker.", HelpName = "DURATION", DefaultValueFactory = static _ => "30s" };
        var json = CommonOptions.Json();
        var command = new Command("connect", "Connect to the broker once, beside the running agent: name, TCP, TLS, MQTT, round trip; says which step fails, and what to do.")
        {
            url, config, publish, timeout, json,
        };
        url.Validators.Add(static result => Refuse<BrokerAddress>(result, BrokerUrlShape.Instance));
        timeout.Validators.Add(static result => Refuse<TimeSpan>(result, Timeouts));
        publish.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && (token.Value.Length == 0 || token.Value.AsSpan().ContainsAny('#', '+')))
            {
                result.AddError($"--publish takes one topic, without wildcards, not '{token.Value}'.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var given = parsed.GetValue(url) is { } text && BrokerUrlShape.Instance.TryParse(text, out var address, out _) ? address : null;
            var path = given is null || parsed.GetResult(config) is { Implicit: false } ? parsed.GetRequiredValue(config) : null;
            _ = Timeouts.TryParse(parsed.GetRequiredValue(timeout), out var patience, out _);
            var (broker, exitCode) = await FindAsync(path, given);
            return broker is null ? exitCode : await RunAsync(broker, new(parsed.GetValue(publish), patience, parsed.GetValue(json)), cancellationToken);
        });
        return command;
    }

    /// <param name="path">The configuration; null: none is read.</param>
    /// <param name="given">The one broker to try; null: all of the configuration.</param>
    private static async Task<(BrokerConfig? Broker, int ExitCode)> FindAsync(string? path, BrokerAddress? given)
    {
        if (path is null)
        {
            return (new BrokerConfig
            {
                Addresses = [given!],
                ClientId = ConfigEnvironment.Machine.DefaultClientId(ConfigEnvironment.Machine.HostName),
                KeepAlive = TimeSpan.FromSeconds(30),
                BackoffInitial = TimeSpan.Zero,
                BackoffMaximum = TimeSpan.Zero,
            }, ExitCode.Ok);
        }

        var reading = ConfigReader.Read(path);
        if (reading.Config is not { } config)
        {
            await Console.Error.WriteAsync(ProblemText.Render(reading.Problems));
            return (null, reading.ExitCode);
        }

        if (config.Broker is not { } broker)
        {
            await Console.Error.WriteLineAsync($"edgeagent: {path} names no broker: set broker.url there, or give one: edgeagent connect mqtt://HOST");
            return (null, ExitCode.Configuration);
        }

        return (given is null ? broker : broker with { Addresses = [given] }, ExitCode.Ok);
    }

    private static async Task<int> RunAsync(BrokerConfig broker, Request request, CancellationToken cancellationToken)
    {
        var clientId = $"{broker.ClientId}-connect-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";
        Say(request, $"The running agent is not disturbed: it is '{Quantity.Plain(broker.ClientId)}' at the broker, and this trial is another client.\n");
        var reports = new List<ConnectionReport>();
        foreach (var address in broker.Addresses)
        {
            Say(request, ConnectionText.Head(address.ToString(), clientId, broker.Username, broker.Password is not null));
            var options = UplinkOptions.For(address, broker) with { ClientId = clientId, ConnectTimeout = request.Timeout };
            var trial = new ConnectionTrial(options, TimeProvider.System, step => Say(request, ConnectionText.Step(step, TimeProvider.System.GetUtcNow())));
            reports.Add(await trial.RunAsync(address.ToString(), request.Topic, cancellationToken));
        }

        if (request.AsJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(new(1, [.. reports]), ConnectionJson.Default.ConnectionReports));
        }

        return reports.Select(static report => report.ExitCode).FirstOrDefault(static code => code != ExitCode.Ok);
    }

    private static void Say(Request request, string text)
    {
        if (!request.AsJson)
        {
            Console.Out.Write(text);
        }
    }

    private static void Refuse<T>(System.CommandLine.Parsing.SymbolResult result, ScalarShape<T> shape)
    {
        if (result.Tokens is [var token] && !shape.TryParse(token.Value, out _, out var hint))
        {
            // A URL may hold a password, which is not repeated.
            result.AddError($"Expected {shape.Expected}{(hint is null ? "" : $": {hint}")}.");
        }
    }

    /// <param name="Topic">Where to publish; null: nowhere.</param>
    /// <param name="Timeout">For each broker.</param>
    /// <param name="AsJson">Whether to print JSON at the end, and nothing before.</param>
    private sealed record Request(string? Topic, TimeSpan Timeout, bool AsJson);
}
