using System.Text.RegularExpressions;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Sections;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Sensors;

namespace EdgeAgent.Tests.Configuration;

/// <summary>config/edgeagent.yaml, which the package installs, is held equal to the keys of the reader.</summary>
public sealed partial class DefaultFileTests : IDisposable
{
    private static readonly ConfigSchema Schema = ConfigSchema.Full;

    private static readonly string Shipped = RepositoryFile.Read("config/edgeagent.yaml");

    /// <summary>The file with every setting in it switched on.</summary>
    private static readonly string Uncommented = CommentedSetting().Replace(Shipped, "$1$2");

    private readonly ConfigFolder _folder = new();

    [Fact]
    public void It_works_as_shipped()
    {
        var reading = Read(Shipped);

        Assert.Equal("machine", Assert.Single(reading.Config!.Sensors).Id);
        Assert.Equal(["no broker is set: readings are kept in the queue until there is one"], reading.Problems.Select(problem => problem.Message));
    }

    [Fact]
    public void It_works_with_every_setting_switched_on()
    {
        _folder.Write("secrets.yaml", "mqtt_password: x\nstatus_token: 0123456789abcdef\n");

        var reading = Read(Uncommented);

        Assert.True(reading.Problems.All(problem => problem.Message.Contains("there is no such file", StringComparison.Ordinal)), ProblemText.Render(reading.Problems));
        Assert.Equal(SensorCatalog.Kinds.Select(kind => kind.Name), reading.Config!.Sensors.Select(sensor => sensor.Type).Distinct());
    }

    [Fact]
    public void It_names_every_key_of_every_section()
    {
        _folder.Write("secrets.yaml", "mqtt_password: x\nstatus_token: 0123456789abcdef\n");
        var values = Read(Uncommented).Values;

        Assert.Equal(Schema.All, values.Set.Keys.OrderBy(key => Schema.All.IndexOf(key)));
        AssertNamesEveryKey(values);
    }

    [Fact]
    public void Its_settings_are_the_defaults()
    {
        _folder.Write("secrets.yaml", "mqtt_password: x\nstatus_token: 0123456789abcdef\n");
        AssertSaysDefaults(Read(Uncommented).Values);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertNamesEveryKey(KeyValues values)
    {
        foreach (var section in values.Keys.OfType<Key<KeyValues>>())
        {
            // Instead of url, and named in its comment.
            var keys = ((SectionShape)section.Shape).Keys.Where(key => key != BrokerSection.Urls);
            Assert.Equal(keys.Select(key => key.Name).Order(), values.Get(section).Set.Keys.Select(key => key.Name).Order());
            AssertNamesEveryKey(values.Get(section));
        }
    }

    private static void AssertSaysDefaults(KeyValues values)
    {
        foreach (var (key, value) in values.Set)
        {
            if (value.Value is KeyValues inner)
            {
                AssertSaysDefaults(inner);
            }
            else if (key.Name != "sensors" && (key.DefaultValue is not null || key == DeliverySection.Rate))
            {
                Assert.True(key.AreEqual(key.DefaultValue, value.Value), $"the default of {key.Name} is {key.Write(key.DefaultValue)}");
            }
        }
    }

    private ConfigReading Read(string text)
    {
        _folder.Write("edgeagent.yaml", text);
        return ConfigReader.Read(_folder.Main, Schema, _folder.Environment);
    }

    [GeneratedRegex("^( *)#((?: {2})*[^ \n].*)$", RegexOptions.Multiline)]
    private static partial Regex CommentedSetting();
}
