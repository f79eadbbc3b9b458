using System.Text.Json;
using EdgeAgent.Configuration;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Configuration;

public sealed class JsonKeysTests
{
    [Fact]
    public void Names_that_are_set_are_those_of_every_sensor_and_the_others_stay()
    {
        var config = ConfigFolder.ReadGood("publish: {json_keys: {ts: time, value: v}}\nsensors: [{id: a, type: system}]\n");

        Assert.Equal(new JsonNames { Time = "time", Value = "v", Unit = "unit", Id = "id", Historical = "historical", Clock = "clock" }, config.JsonNames);
        Assert.Equal(config.JsonNames, Assert.Single(config.Sensors).JsonNames);
    }

    [Fact]
    public void Two_keys_may_change_their_names() =>
        Assert.Equal(("value", "ts"), (Read("{ts: value, value: ts}").Time, Read("{ts: value, value: ts}").Value));

    [Theory]
    [InlineData("{ts: time, clock: time}", "1:40: error: publish.json_keys: 'ts' and 'clock' would both be called 'time'")]
    [InlineData("{ts: id}", "1:27: error: publish.json_keys: 'id' and 'ts' would both be called 'id'")]
    [InlineData("{id: count}", "1:27: error: publish.json_keys.id: the ledger's own messages already have a key 'count'")]
    [InlineData("{unit: ''}", "1:29: error: publish.json_keys.unit: expected a name of 1 to 64 characters")]
    [InlineData("{times: x}", "1:23: error: unknown key 'times' in publish.json_keys")]
    public void A_name_that_cannot_be_is_refused_where_it_stands(string keys, string expected) =>
        Assert.StartsWith($"edgeagent.yaml:{expected}", ConfigFolder.Problems($"publish: {{json_keys: {keys}}}\n")[0], StringComparison.Ordinal);

    [Fact]
    public void A_change_of_names_changes_the_sensors()
    {
        var running = ConfigFolder.ReadGood("sensors: [{id: a, type: system}]\n");
        var next = ConfigFolder.ReadGood("publish: {json_keys: {ts: time}}\nsensors: [{id: a, type: system}]\n");

        Assert.Equal("a", Assert.Single(ConfigDifference.Between(running, next).Changed));
    }

    [Fact]
    public void What_is_queued_keeps_the_names_that_it_was_taken_under()
    {
        var envelope = new Envelope { Sensor = "s", Topic = "t", JsonNames = new() { Time = "time", Value = "v", Unit = "u", Id = "i", Historical = "h", Clock = "c" } };

        Assert.Equal(envelope, EnvelopeSpec.Read(EnvelopeSpec.Write(envelope)));
        Assert.NotEqual(envelope, envelope with { JsonNames = JsonNames.Default });
        Assert.DoesNotContain("names", System.Text.Encoding.UTF8.GetString(EnvelopeSpec.Write(envelope with { JsonNames = JsonNames.Default })), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_of_the_ledger_calls_its_id_so_and_has_no_key_beside_that_could_be_one()
    {
        var entry = new LedgerEntry(7, 1, LossReason.Expired, "t", 2) { Numbers = new(1, 2), WallFrom = 0, WallTo = 0, Note = "n" };
        using var json = JsonDocument.Parse(entry.ToJson("message"));

        Assert.Equal([.. LedgerEntry.Keys, "message"], json.RootElement.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void Damaged_names_make_a_damaged_envelope() => Assert.Null(EnvelopeSpec.Read("""{"sensor":"s","topic":"t","names":["time","v"]}"""u8));

    private static JsonNames Read(string keys) => ConfigFolder.ReadGood($"publish: {{json_keys: {keys}}}\n").JsonNames;
}
