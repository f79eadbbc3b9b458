using System.Collections.Immutable;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration;

/// <summary>Reads the configuration: strictly, and every problem at once. It changes and opens nothing but the files that it reads.</summary>
internal static class ConfigReader
{
    /// <param name="path">The main file.</param>
    /// <param name="schema">Every key there is.</param>
    /// <param name="environment">What the machine gives.</param>
    public static ConfigReading Read(string path, ConfigSchema schema, ConfigEnvironment environment)
    {
        var problems = new List<Problem>();
        var scope = new ReadScope(problems);
        var (source, problem) = SourceLoader.Load(path);
        if (source is null)
        {
            return new ConfigReading(null, [problem!], KeyValues.Empty);
        }

        if (YamlReader.Read(source, scope) is not { } root)
        {
            return new ConfigReading(null, [.. problems], KeyValues.Empty);
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        var secrets = new SecretStore(environment.GetVariable("CREDENTIALS_DIRECTORY"), Path.Combine(folder, "secrets.yaml"), scope);
        var resolved = new Resolver(environment.GetVariable, secrets, scope).Resolve(root);
        SectionShape.TryRead(resolved, schema.All, scope, "", out var values);
        var config = new ConfigBinder(schema, environment, scope).Bind(values, path);
        var hasErrors = problems.Exists(found => found.Severity == Severity.Error);
        return new ConfigReading(hasErrors ? null : config, Sort(problems, [path]), values);
    }

    /// <summary>By file in the order of reading, then by place.</summary>
    private static ImmutableArray<Problem> Sort(List<Problem> problems, ImmutableArray<string> files) =>
        [.. problems.OrderBy(problem => files.IndexOf(problem.File) is >= 0 and var index ? index : files.Length)
            .ThenBy(problem => problem.Span?.Offset ?? -1)];
}
