using System.Collections.Immutable;
using EdgeAgent.Configuration.Sections;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Sensors;

namespace EdgeAgent.Configuration;

/// <summary>Every key of the configuration, given the kinds of sensors that there are. Immutable.</summary>
internal sealed class ConfigSchema
{
    /// <param name="kinds">Every kind of sensor.</param>
    /// <param name="commonKeys">The keys that all sensors share, beside those of <see cref="SensorSection"/>.</param>
    /// <param name="check">Says which keys of a sensor do not go together.</param>
    public ConfigSchema(ImmutableArray<SensorKind> kinds, ImmutableArray<Key> commonKeys, Func<SensorKind, KeyValues, IEnumerable<SettingProblem>> check)
    {
        Kinds = kinds;
        Sensor = new SensorShape(kinds, commonKeys, check);
        Sensors = new("sensors", "what is read", new ListShape<KeyValues>(Sensor, "a list of sensors", minimum: 0), []);
        All = [Gateway, Broker, Queue, Clock, Delivery, Publish, Status, HomeAssistant, Sensors];
    }

    /// <summary>With every kind of sensor that this program has.</summary>
    public static ConfigSchema Full { get; } = new(SensorCatalog.Kinds, SensorCatalog.CommonKeys, SensorCatalog.Check);

    public ImmutableArray<SensorKind> Kinds { get; }

    public SensorShape Sensor { get; }

    /// <summary>The keys at the top, in the order in which they are shown.</summary>
    public ImmutableArray<Key> All { get; }

    public Key<string?> Gateway { get; } = new(
        "gateway", "the name of this machine, the first part of its topics; by default the host name", new OptionalReferenceShape<string>(TopicPartShape.Instance), null);

    public Key<KeyValues> Broker { get; } = Keys.Section("broker", "where messages go; without it readings are kept in the queue", BrokerSection.All);

    public Key<KeyValues> Queue { get; } = Keys.Section("queue", "the store of everything that the broker has not acknowledged", QueueSection.All);

    public Key<KeyValues> Clock { get; } = Keys.Section("clock", "when to believe the clock", ClockSection.All);

    public Key<KeyValues> Delivery { get; } = Keys.Section("delivery", "how messages go out", DeliverySection.All);

    public Key<KeyValues> Publish { get; } = Keys.Section("publish", "what sensors have where they say nothing else", PublishSection.All);

    public Key<KeyValues> Status { get; } = Keys.Section("status", "where the agent tells about itself", StatusSection.All);

    public Key<KeyValues> HomeAssistant { get; } = Keys.Section("home_assistant", "what Home Assistant is told", HomeAssistantSection.All);

    public Key<ImmutableArray<KeyValues>> Sensors { get; }
}
