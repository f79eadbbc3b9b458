using System.Collections.Immutable;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration.Sections;

/// <summary><c>broker:</c> where messages go.</summary>
internal static class BrokerSection
{
    public static readonly Key<BrokerAddress?> Url = new(
        "url", "where the broker is: mqtt://HOST:PORT, or mqtts://HOST:PORT with TLS", new OptionalReferenceShape<BrokerAddress>(BrokerUrlShape.Instance), null);

    public static readonly Key<ImmutableArray<BrokerAddress>> Urls = new(
        "urls", "several brokers instead of url, tried in this order", new ListShape<BrokerAddress>(BrokerUrlShape.Instance, "a list of URLs", minimum: 1), []);

    public static readonly Key<string?> ClientId = new(
        "client_id", "the name of this agent at the broker; by default the gateway and a hash of the machine's id", new OptionalReferenceShape<string>(ClientIdShape.Instance), null);

    public static readonly Key<string?> Username = Keys.OptionalText("username", "the user to connect as");

    public static readonly Key<Secret?> Password = Keys.OptionalSecret("password", "its password; better !secret NAME than the text itself");

    public static readonly Key<ProtocolChoice> Protocol = Keys.Choice(
        "protocol", "the version of MQTT; auto tries 5.0, then 3.1.1", ProtocolChoice.Auto, ("auto", ProtocolChoice.Auto), ("5.0", ProtocolChoice.V5), ("3.1.1", ProtocolChoice.V311));

    public static readonly Key<TimeSpan> KeepAlive = Keys.Duration(
        "keep_alive", "how soon a dead link is noticed: silence for this long is answered with a ping", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(65_535));

    public static readonly Key<TimeSpan> Initial = Keys.Duration(
        "initial", "the pause after the first failed connection", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));

    public static readonly Key<TimeSpan> Maximum = Keys.Duration(
        "max", "the longest pause", TimeSpan.FromMinutes(2), TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1));

    public static readonly Key<KeyValues> Backoff = Keys.Section("backoff", "the pauses between attempts to connect; each is about twice the one before", Initial, Maximum);

    public static readonly Key<KeyValues> Tls = Keys.Section("tls", "for mqtts: whom to trust, and who this agent is", TlsSection.All);

    public static readonly ImmutableArray<Key> All = [Url, Urls, ClientId, Username, Password, Protocol, KeepAlive, Tls, Backoff];

    /// <param name="values">The values of the section.</param>
    /// <param name="section">Where it stands.</param>
    /// <param name="defaultClientId">The client id where none is set.</param>
    /// <param name="readers">Who must be able to read the files of TLS.</param>
    /// <param name="scope">Gets what only shows between keys.</param>
    public static BrokerConfig Bind(KeyValues values, Node section, string defaultClientId, FileReaders readers, ReadScope scope)
    {
        var addresses = BindAddresses(values, section, scope);
        if (values.NodeOf(Tls) is { } tls && !addresses.IsEmpty && !addresses.Any(address => address.Tls))
        {
            scope.Warn(tls.Span, "broker.tls: does nothing, for the URL is without TLS", "write mqtts:// in the URL");
        }

        var backoff = values.Get(Backoff);
        var initial = backoff.Get(Initial);
        var maximum = backoff.Get(Maximum);
        if (initial > maximum && (backoff.NodeOf(Initial) ?? backoff.NodeOf(Maximum)) is { } node)
        {
            scope.Error(node.Span, $"broker.backoff: initial ({DurationShape.Format(initial)}) is longer than max ({DurationShape.Format(maximum)})", "max is the longest pause: make it the longer one");
        }

        if (values.NodeOf(Password) is { } password && values.Get(Username) is null)
        {
            scope.Error(password.Span, "broker.password: a password without a username", "set broker.username too");
        }

        return new BrokerConfig
        {
            Addresses = addresses,
            ClientId = values.Get(ClientId) ?? defaultClientId,
            Username = values.Get(Username),
            Password = values.Get(Password),
            Protocol = values.Get(Protocol),
            KeepAlive = values.Get(KeepAlive),
            Tls = TlsSection.Bind(values.Get(Tls), readers, scope),
            BackoffInitial = initial,
            BackoffMaximum = maximum,
        };
    }

    private static ImmutableArray<BrokerAddress> BindAddresses(KeyValues values, Node section, ReadScope scope)
    {
        switch (values.NodeOf(Url), values.NodeOf(Urls))
        {
            case (null, null) when section is MapNode map && !map.Entries.Any(entry => DidYouMean.Find(entry.Key.Text, [Url.Name, Urls.Name]) is not null):
                scope.Error(section.Span, "'url' is missing in broker", $"url: {Url.Summary}");
                break;
            case ({ }, { } urls):
                scope.Error(urls.Span, "broker.urls: there is a broker.url too", "keep one of them");
                break;
            default:
                break;
        }

        return values.Get(Url) is { } address ? [address] : values.Get(Urls);
    }
}
