using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Configuration.Sections;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration;

/// <summary>Reads the configuration: strictly, and every problem at once. It changes and opens nothing but the files that it reads.</summary>
internal static class ConfigReader
{
    /// <summary>Reads the configuration of this machine, with every kind of sensor there is.</summary>
    /// <param name="path">The main file.</param>
    /// <param name="isAgent">Whether the agent itself reads it, and not a command beside it.</param>
    public static ConfigReading Read(string path, bool isAgent = false) =>
        Read(path, ConfigSchema.Full, isAgent ? ConfigEnvironment.Agent : ConfigEnvironment.Machine);

    /// <param name="path">The main file.</param>
    /// <param name="schema">Every key there is.</param>
    /// <param name="environment">What the machine gives.</param>
    public static ConfigReading Read(string path, ConfigSchema schema, ConfigEnvironment environment)
    {
        var problems = new List<Problem>();
        var scope = new ReadScope(problems);
        var files = ConfigFiles.Find(path, scope);
        var readers = new FileReaders(path, environment);
        if (ReadTree(files, scope) is not { } root)
        {
            return new ConfigReading(null, Sort(problems.ConvertAll(readers.Advise), files), KeyValues.Empty);
        }

        readers.Check([.. files, ConfigFiles.DropInsOf(path)], scope);
        var inputs = new ServiceInputs(path, environment);
        var secrets = new SecretStore(inputs, ConfigFiles.Beside(path, "secrets.yaml"), readers, scope);
        var resolved = new Resolver(inputs, secrets, scope).Resolve(root);
        SectionShape.TryRead(resolved, schema.All, scope, "", out var values);
        SecretCheck.Warn(values, readers, scope);
        var config = new ConfigBinder(schema, environment, readers, scope).Bind(values, path);
        var hasErrors = problems.Exists(found => found.Severity == Severity.Error);
        var plan = hasErrors ? null : OfflinePlan.For(config, schema);
        if (plan is not null)
        {
            WarnOf(plan, config, values.Get(schema.Delivery).NodeOf(DeliverySection.Rate), scope, path);
        }

        return new ConfigReading(hasErrors ? null : config, Sort(problems.ConvertAll(readers.Advise), files), values) { Plan = plan };
    }

    /// <summary>What is right by itself, and will not do in the field.</summary>
    private static void WarnOf(OfflinePlan plan, AgentConfig config, Node? rate, ReadScope scope, string path)
    {
        if (rate is not null && double.IsPositiveInfinity(plan.DrainSecondsPerDay))
        {
            scope.Warn(
                rate.Span,
                string.Create(CultureInfo.InvariantCulture, $"delivery.rate: {RateShape.Instance.Write(config.Delivery.Rate)} is less than the sensors read, up to {plan.ReadingsPerDay / 86_400:0.##}/s: the queue will never be empty"),
                "read less often, or let more out");
        }

        if (plan.DaysThatFit < 1)
        {
            scope.Problems.Add(new Problem(Severity.Warning, string.Create(CultureInfo.InvariantCulture, $"{SizeShape.Format(config.Queue.MaxSize)} hold less than a day without the broker: {plan.DaysThatFit * 24:0.#} hours"))
            {
                File = path,
                Hint = "set queue.max_size, or read less often",
            });
        }
    }

    /// <summary>All files as one tree; null where one of them cannot be read or is not YAML: what is missing then would be reported in vain.</summary>
    private static MapNode? ReadTree(ImmutableArray<string> files, ReadScope scope)
    {
        var parts = new List<MapNode>();
        foreach (var file in files)
        {
            var (source, problem) = SourceLoader.Load(file);
            if (source is null)
            {
                scope.Problems.Add(problem!);
            }
            else if (YamlReader.Read(source, scope) is { } part)
            {
                parts.Add(part);
            }
        }

        return parts.Count == files.Length ? parts.Aggregate((whole, part) => TreeMerge.Merge(whole, part, appended: "sensors", scope)) : null;
    }

    /// <summary>By file in the order of reading, then by place.</summary>
    private static ImmutableArray<Problem> Sort(List<Problem> problems, ImmutableArray<string> files) =>
        [.. problems.OrderBy(problem => files.IndexOf(problem.File) is >= 0 and var index ? index : files.Length)
            .ThenBy(problem => problem.Span?.Offset ?? -1)];
}
