using System.Globalization;
using System.Text;
using EdgeAgent.Configuration;

namespace EdgeAgent.Tests.Configuration;

/// <summary>
/// Whatever is in the file: an answer, and soon. Never an exception, never a configuration with an error, never a problem that
/// cannot be shown. FUZZ_SEED and FUZZ_ROUNDS in the environment repeat a failure, or look longer.
/// </summary>
public sealed class ConfigReaderFuzzTests : IDisposable
{
    private const string Pieces = "\t\n\r :-#[]{},\"'|>&*!%@`?~$\\=<.0a\u00e9\u2028\uFEFF\0\u0085";

    private static readonly string[] Words =
    [
        "\n", ": ", "- ", "  ", "\t", "${", "}", "${A:-", "!secret ", "!!str ", "&a ", "*a", "<<: ", "? ", "|\n", ">-\n", "---\n", "...\n", "%YAML 1.2\n",
        "\"", "'", "[", "]", "{", "}", ": [", "{{{{{{", "sensors:\n", "  - id: a\n", "type: exec\n", "broker:\n", "1e999", "\\u0000", "\\ud800", "\"\\ud800\"", new('x', 3000),
    ];

    private readonly ConfigFolder _folder = new();

    private string _text = "";

    [Fact]
    public async Task Anything_at_all_gets_an_answer()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_ROUNDS"), CultureInfo.InvariantCulture, out var more) ? more : 2000;
        var work = Task.Run(() => Fuzz(new Random(seed), rounds));
        try
        {
            await work.WaitAsync(TimeSpan.FromSeconds(60 + (rounds / 100)));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"FUZZ_SEED={seed} gave {e.GetType().Name} on:\n{_text}", e);
        }
    }

    public void Dispose() => _folder.Dispose();

    private void Fuzz(Random random, int rounds)
    {
        var corpus = Corpus();
        for (var round = 0; round < rounds; round++)
        {
            _text = Mutate(corpus[random.Next(corpus.Length)], random);
            File.WriteAllBytes(_folder.Main, random.Next(20) == 0 ? Spoil(_text, random) : Encoding.UTF8.GetBytes(_text));

            var reading = _folder.Read();

            var hasErrors = reading.Problems.Any(problem => problem.Severity == Severity.Error);
            Assert.Equal(hasErrors, reading.Config is null);
            Assert.All(ProblemText.Render(reading.Problems).Split('\n'), line => Assert.InRange(line.Length, 0, 1500));
            Assert.NotNull(ConfigReport.Json(reading, !hasErrors));
            if (reading.Config is { } config)
            {
                Assert.NotNull(ConfigShow.Text(ConfigShow.List(SampleKinds.Schema, config, reading.Values)));
                Assert.True(ConfigDifference.Between(config, _folder.Read().Config!).IsEmpty);
            }
        }
    }

    private static string[] Corpus()
    {
        var broken = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Configuration", "Broken"), "*.yaml").Select(File.ReadAllText);
        return [RepositoryFile.Read("config/edgeagent.yaml"), ConfigSample.Write(SampleKinds.Schema, SampleKinds.Schema.Kinds), .. broken.Where(text => text.Length < 10_000)];
    }

    private static string Mutate(string text, Random random)
    {
        var letters = new StringBuilder(text);
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            var at = random.Next(letters.Length + 1);
            var length = Math.Min(random.Next(1, 40), letters.Length - at);
            switch (random.Next(6))
            {
                case 0:
                    letters.Remove(at, length);
                    break;
                case 1:
                    letters.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2 when at < letters.Length:
                    letters[at] = Pieces[random.Next(Pieces.Length)];
                    break;
                case 3:
                    letters.Insert(random.Next(letters.Length + 1), letters.ToString(at, length));
                    break;
                case 4:
                    letters.Insert(at, string.Concat(Enumerable.Repeat(Words[random.Next(Words.Length)], random.Next(30) == 0 ? 500 : 1)));
                    break;
                default:
                    letters.Insert(at, Words[random.Next(Words.Length)]);
                    break;
            }
        }

        return letters.ToString();
    }

    private static byte[] Spoil(string text, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }
}
