using EdgeAgent.Mqtt.Packets;

namespace EdgeAgent.Mqtt;

/// <summary>
/// Walks over the user properties of a received packet, for <c>foreach</c>, without an allocation. Valid as long as the packet's bytes.
/// </summary>
public ref struct UserPropertyEnumerator
{
    private PropertyReader _properties;

    /// <param name="properties">A property section that has been checked already.</param>
    internal UserPropertyEnumerator(PropertyReader properties) => _properties = properties;

    /// <summary>The name at the present place, UTF-8.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The value at the present place, UTF-8.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>This, so that <c>foreach</c> takes it.</summary>
    public readonly UserPropertyEnumerator GetEnumerator() => this;

    /// <summary>The item of <c>foreach</c>: read <see cref="Name"/> and <see cref="Value"/>.</summary>
    public readonly UserPropertyEnumerator Current => this;

    /// <summary>Goes on to the next property; false after the last.</summary>
    public bool MoveNext()
    {
        while (_properties.MoveNext())
        {
            if (_properties.Id == PropertyId.UserProperty)
            {
                Name = _properties.ReadText();
                Value = _properties.ReadText();
                return true;
            }

            _properties.Skip();
        }

        return false;
    }
}
