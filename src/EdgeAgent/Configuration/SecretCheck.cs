using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration;

/// <summary>Finds secrets that stand in a file which every user of the machine can read.</summary>
internal static class SecretCheck
{
    public static void Warn(KeyValues values, FileReaders readers, ReadScope scope)
    {
        foreach (var (key, value) in values.Set)
        {
            switch (value)
            {
                case { Value: KeyValues inner }:
                    Warn(inner, readers, scope);
                    break;
                case { Value: IEnumerable<KeyValues> list }:
                    foreach (var item in list)
                    {
                        Warn(item, readers, scope);
                    }

                    break;
                case { Value: Secret, Node: ScalarNode node } when (node.WrittenAs is null || SecretNames.HasDefault(node.WrittenAs)) && SourceLoader.IsReadableByEveryone(node.Span.Source.Path):
                    scope.Warn(
                        node.Span,
                        $"every user of this machine can read this {key.Name}",
                        $"{readers.Hint(node.Span.Source.Path)}, or write !secret NAME and put it into secrets.yaml");
                    break;
                default:
                    break;
            }
        }
    }
}
