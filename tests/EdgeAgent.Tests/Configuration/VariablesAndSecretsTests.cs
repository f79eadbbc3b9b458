using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Tests.Configuration;

public sealed class VariablesAndSecretsTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    [Theory]
    [InlineData("${NAME}", "pi")]
    [InlineData("${NAME}-${NAME}", "pi-pi")]
    [InlineData("${UNSET:-other}", "other")]
    [InlineData("${EMPTY:-other}", "other")]
    [InlineData("${NAME:-other}", "pi")]
    [InlineData("${NAME:?needed}", "pi")]
    [InlineData("\"${NAME}\"", "pi")]
    [InlineData("'${NAME}'", "pi")]
    [InlineData("a$$b", "a$b")]
    [InlineData("$$${NAME}", "$pi")]
    [InlineData("$${NAME}", "${NAME}")]
    [InlineData("a$b", "a$b")]
    [InlineData("a$", "a$")]
    [InlineData("${DOLLAR}", "${NAME}")]
    public void A_variable_is_put_in_after_parsing(string written, string text)
    {
        _folder.Set("NAME", "pi");
        _folder.Set("EMPTY", "");
        _folder.Set("DOLLAR", "${NAME}");

        var reading = _folder.Read($"broker: {{url: mqtt://host, username: {(written[0] is '"' or '\'' ? written : $"'{written}'")}}}\n");

        Assert.Equal(text, reading.Config?.Broker?.Username);
    }

    [Fact]
    public void What_a_variable_holds_is_only_ever_text()
    {
        _folder.Set("NAME", "pi\nqueue: {path: /etc/passwd} # [");

        Assert.Equal("pi\nqueue: {path: /etc/passwd} # [", _folder.Read("broker:\n  url: mqtt://host\n  username: ${NAME}\n").Config?.Broker?.Username);
    }

    [Fact]
    public void An_empty_variable_leaves_a_key_unset()
    {
        _folder.Set("USER_NAME", "");

        var reading = _folder.Read("broker:\n  url: mqtt://host\n  username: ${USER_NAME}\n");

        Assert.NotNull(reading.Config?.Broker);
        Assert.Null(reading.Config.Broker.Username);
    }

    [Fact]
    public void A_variable_in_a_comment_or_a_key_is_left_alone()
    {
        var reading = _folder.Read("# ${UNSET}\n${UNSET}: 1\n");

        Assert.Equal(["edgeagent.yaml:2:1: error: unknown key '${UNSET}' (valid keys: gateway, broker, queue, clock, delivery, publish, status, home_assistant, sensors)"], _folder.Lines(reading));
    }

    [Fact]
    public void A_secret_comes_from_the_credentials_of_systemd_first()
    {
        _folder.Set("CREDENTIALS_DIRECTORY", _folder["credentials"]);
        _folder.Write("credentials/mqtt_password", "from systemd\n");
        _folder.Write("secrets.yaml", "mqtt_password: from the file\nother: \"0042\"\n");

        Assert.Equal("from systemd", Password("!secret mqtt_password"));
        Assert.Equal("0042", Password("!secret other"));
    }

    [Fact]
    public void A_secret_is_taken_as_written() => AssertSecret("pa$$${word}: it's", "'pa$$${word}: it''s'");

    [Fact]
    public void Secrets_that_every_user_can_read_are_refused()
    {
        _folder.Write("secrets.yaml", "mqtt_password: hunter2\n", mode: 0b110_100_100);

        var reading = _folder.Read("broker: {url: mqtt://host, username: pi, password: !secret mqtt_password}\n");

        Assert.Null(reading.Config);
        Assert.Equal(
            [$"secrets.yaml: error: every user of this machine can read the secrets in this file (chown --reference={_folder.Main} {_folder["secrets.yaml"]} && chmod 640 {_folder["secrets.yaml"]})"],
            [.. reading.Problems.Select(problem => ProblemText.Line(problem).Replace($"{_folder.Root}/secrets.yaml:", "secrets.yaml:", StringComparison.Ordinal))]);
    }

    [Fact]
    public void A_password_in_a_file_that_every_user_can_read_is_a_warning()
    {
        const string Text = "broker: {url: mqtt://host, username: pi, password: hunter2}\nsensors: [{id: a, type: file, path: /x}]\n";
        _folder.Write("edgeagent.yaml", Text, mode: 0b110_100_100);

        Assert.Equal(
            [$"edgeagent.yaml:1:52: warning: every user of this machine can read this password (chmod 640 {_folder.Main}, or write !secret NAME and put it into secrets.yaml)"],
            [.. _folder.Read().Problems.Select(problem => ProblemText.Line(problem).Replace($"{_folder.Main}:1", "edgeagent.yaml:1", StringComparison.Ordinal))]);

        _folder.Set("PASSWORD", "hunter2");
        _folder.Write("edgeagent.yaml", Text.Replace("hunter2", "\"${PASSWORD}\"", StringComparison.Ordinal), mode: 0b110_100_100);

        Assert.Empty(_folder.Read().Problems);
    }

    [Fact]
    public void A_file_of_secrets_that_nothing_asks_for_is_not_opened()
    {
        _folder.Write("secrets.yaml", "][", mode: 0b110_100_100);

        Assert.NotNull(_folder.Read("broker: {url: mqtt://host}\n").Config);
    }

    [Theory]
    [InlineData("password: hunter2\n")]
    [InlineData("password: @hunter2\n")]
    [InlineData("password: \"hunter2\n")]
    [InlineData("password: |\n    hunter2\n  nonsense: 1\n")]
    [InlineData("password:\n    hunter2: 1\n")]
    [InlineData("password: [hunter2]\n")]
    [InlineData("headers:\n    X-Key: hunter2\n")]
    [InlineData("headers: {X-Key: hunter2}\n")]
    [InlineData("more: {address: 'http://pi:hunter2@host/', password: x}\n")]
    [InlineData("more: {token: hunter2, password: x}\n")]
    [InlineData("more: {password: !secret x, token: hunter2}\n")]
    [InlineData("address: http://pi:hunter2@host/\n")]
    [InlineData("address: http://host/x?unit=C&apikey=hunter2\n")]
    [InlineData("password hunter2\n  keep_alive: 1\n")]
    [InlineData("keep_alive: 30\n  # password: x\n  password: hunter2\n  nonsense: 1\n")]
    [InlineData("{keep_alive: 1s, password: hunter2\n")]
    [InlineData("pasword: hunter2\n")]
    [InlineData("Passwort: hunter2\n")]
    [InlineData("pass: hunter2\n")]
    [InlineData("\"pass word\": hunter2\n")]
    [InlineData("mqtt_paswd: hunter2\n")]
    [InlineData("tokn: @hunter2\n")]
    [InlineData("pasword: |\n    hunter2\n  nonsense: 1\n")]
    [InlineData("pasword hunter2\n  keep_alive: 1\n")]
    [InlineData("pasword=hunter2\n  keep_alive: 1\n")]
    [InlineData("more: {adress: x, secert: hunter2}\n")]
    [InlineData("header: {X-Key: hunter2}\n")]
    public void No_problem_ever_shows_a_password(string lines)
    {
        var reading = _folder.Read($"broker:\n  url: mqtt://host\n  {lines}");

        Assert.NotEmpty(reading.Problems);
        Assert.DoesNotContain("hunter2", ProblemText.Render(reading.Problems), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", string.Join('\n', reading.Problems.Select(ProblemText.Line)), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", Json(reading.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("broker: {url: mqtt://host, username: q, password:hunter2}")]
    [InlineData("broker: {url: mqtt://host, pasword:hunter2}")]
    [InlineData("broker: {url: mqtt://host, password=hunter2}")]
    [InlineData("broker: {url: mqtt://host, password hunter2}")]
    [InlineData("broker: {url: mqtt://host, password:hunter2, password:hunter2}")]
    [InlineData("broker: {url: 'u:hunter2@host:1883'}")]
    [InlineData("broker:\n  url: u:hunter2@host:1883")]
    [InlineData("broker:\n  urls: [mqtt://host, 'u:hunter2@host']")]
    [InlineData("broker: {url: 'ssl://u:hunter2@host'}")]
    [InlineData("broker: {url: 'amqp://u:hunter2@host'}")]
    [InlineData("broker:\n  url: mqtt://host\n  password: \"a\n    hunter2\"\n  nonsense: 1")]
    [InlineData("broker:\n  url: mqtt://host\n  password: \"a\n\n    b\n    hunter2\"\n  nonsense: 1")]
    [InlineData("broker:\n  url: mqtt://host\n  password: a\n    hunter2\n  nonsense: 1")]
    [InlineData("broker: {url: mqtt://host, password: 'a\n  hunter2', nonsense: 1}")]
    [InlineData("broker: {\n  url: mqtt://host,\n  password: a\n  hunter2,\n  nonsense: 1}")]
    [InlineData("broker: {\n  url: mqtt://host,\n  password: \"a\n  hunter2\",\n  nonsense: 1}")]
    [InlineData("broker:\n  url: mqtt://host\n  ? password\n  : hunter2\n  nonsense: 1")]
    [InlineData("broker:\n  url: mqtt://host\n  ? password\n  : |\n    hunter2\n  nonsense: 1")]
    [InlineData("broker: {url: mqtt://host, password\n  : hunter2, nonsense: 1}")]
    public void No_problem_shows_a_password_however_the_file_writes_it(string text)
    {
        var reading = _folder.Read(text + "\n");

        Assert.NotEmpty(reading.Problems);
        Assert.DoesNotContain("hunter2", ProblemText.Render(reading.Problems), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", string.Join('\n', reading.Problems.Select(ProblemText.Line)), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", Json(reading.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password: hunter2\nkeep_alive: 1", "keep_alive: 1")]
    [InlineData("- password: hunter2\n  keep_alive: 1", "  keep_alive: 1")]
    [InlineData("password: 'hunter2'\nkeep_alive: 1", "keep_alive: 1")]
    [InlineData("{password: hunter2,\n keep_alive: 1}", " keep_alive: 1}")]
    [InlineData("password: \"a\n  hunter2\"\nkeep_alive: 1", "keep_alive: 1")]
    [InlineData("# password: 'x\nkeep_alive: 1", "keep_alive: 1")]
    public void The_line_below_a_password_is_shown(string text, string shown)
    {
        var source = new SourceFile("edgeagent.yaml", text);

        Assert.Equal(shown, source.Secrets.Mask(source.LineCount));
    }

    [Fact]
    public void A_url_with_a_password_and_without_a_scheme_is_told_where_the_password_belongs()
    {
        var problem = Assert.Single(_folder.Read("broker: {url: 'u:hunter2@host:1883'}\nsensors: []\n").Problems, static problem => problem.Severity == Severity.Error);

        Assert.Equal("user and password do not belong into the URL: set broker.username and broker.password", problem.Hint);
    }

    [Theory]
    [InlineData("${PASSWORD:-hunter2}", 1)]
    [InlineData("${PASSWORD:-}", 0)]
    [InlineData("${PASSWORD}", 0)]
    public void A_password_that_is_the_default_of_a_variable_stands_in_the_file_too(string written, int warnings)
    {
        _folder.Set("PASSWORD", "x");
        _folder.Write("edgeagent.yaml", $"broker:\n  url: mqtt://host\n  username: pi\n  password: \"{written}\"\n", mode: 0b110_100_100);

        Assert.Equal(warnings, _folder.Read().Problems.Count(static problem => problem.Message == "every user of this machine can read this password"));
    }

    [Fact]
    public void No_key_that_holds_no_secret_is_taken_for_the_misspelling_of_one_that_does()
    {
        using var schema = JsonDocument.Parse(RepositoryFile.Read("config/edgeagent.schema.json"));
        var keys = KeysIn(schema.RootElement).Distinct().ToArray();

        Assert.InRange(keys.Length, 100, 1_000);
        Assert.Equal(
            ["headers", "password", "token"],
            keys.Where(static key => SecretNames.Mask($"{key}: value") != $"{key}: value").Order());
    }

    [Theory]
    [InlineData("to: value")]
    [InlineData("sec: value")]
    [InlineData("head: value")]
    public void The_beginning_of_a_secrets_key_is_no_slip_and_hides_nothing(string line) =>
        Assert.Equal(line, SecretNames.Mask(line));

    [Fact]
    public void A_secret_does_not_show_itself()
    {
        _folder.Write("secrets.yaml", "mqtt_password: hunter2\n");
        var config = _folder.Read("broker: {url: mqtt://host, username: pi, password: !secret mqtt_password}\n").Config!;

        Assert.Equal("hunter2", config.Broker!.Password!.Reveal());
        Assert.DoesNotContain("hunter2", config.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_of_the_wrong_shape_is_not_quoted()
    {
        _folder.Write("secrets.yaml", "alive: hunter2\n");

        var reading = _folder.Read("broker: {url: mqtt://host, keep_alive: !secret alive}\n");

        Assert.Null(reading.Config);
        Assert.DoesNotContain("hunter2", ProblemText.Render(reading.Problems), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Json(ImmutableArray<Problem> problems)
    {
        using var written = new MemoryStream();
        using (var json = new Utf8JsonWriter(written))
        {
            json.WriteStartObject();
            ProblemJson.Write(json, problems);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(written.ToArray());
    }

    private static IEnumerable<string> KeysIn(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject().SelectMany(static property =>
            property is { Name: "properties", Value.ValueKind: JsonValueKind.Object }
                ? property.Value.EnumerateObject().Select(static key => key.Name).Concat(KeysIn(property.Value))
                : KeysIn(property.Value)),
        JsonValueKind.Array => schema.EnumerateArray().SelectMany(KeysIn),
        _ => [],
    };

    private void AssertSecret(string text, string written)
    {
        _folder.Write("secrets.yaml", $"mqtt_password: {written}\n");
        Assert.Equal(text, Password("!secret mqtt_password"));
    }

    private string? Password(string written) =>
        _folder.Read($"broker: {{url: mqtt://host, username: pi, password: {written}}}\n").Config?.Broker?.Password?.Reveal();
}
