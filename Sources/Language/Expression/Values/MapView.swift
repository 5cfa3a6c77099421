/// A map as expressions see it: a literal, decoded JSON, or a host's view such as the headers of a request, which finds
/// names in any case and makes its lists only when they are asked for.
///
/// Keys are `int`, `uint`, `string` or `bool`. An implementation finds an `int` key by an equal `uint` or `double` too.
package protocol MapView: AnyObject, Sendable {
    /// The number of entries.
    var count: Int { get }

    /// The value of a key; nil where there is none.
    func value(forKey key: Value) -> Value?

    /// Whether there is such a key. The same as `value(forKey:) != nil`, for views that know it more cheaply.
    func hasKey(_ key: Value) -> Bool

    /// Key and value at a position of the map's own order, `0..<count`.
    func entry(at position: Int) -> (key: Value, value: Value)
}
