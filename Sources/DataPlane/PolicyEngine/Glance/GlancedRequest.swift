package import Addressing

/// A request as a glance sees it: where things stand in the bytes of its head. Valid as long as those are.
package struct GlancedRequest {
    package let bytes: UnsafeRawBufferPointer
    package let method: Range<Int>
    /// As received, without the query; empty means `/`.
    package let path: Range<Int>
    /// Without the port, letters of either case; empty where the request names no host.
    package let host: Range<Int>
    /// The visitor's address; nil where it isn't known.
    package let client: IPAddress?
    package let fields: any GlancedFields

    package init(
        bytes: UnsafeRawBufferPointer,
        method: Range<Int>,
        path: Range<Int>,
        host: Range<Int>,
        client: IPAddress?,
        fields: any GlancedFields
    ) {
        self.bytes = bytes
        self.method = method
        self.path = path
        self.host = host
        self.client = client
        self.fields = fields
    }
}

/// The field lines of a head as policies see them (``HeadSnapshot``).
package protocol GlancedFields: AnyObject {
    /// Looks for a field.
    ///
    /// - Parameters:
    ///   - name: in small letters.
    ///   - start: the number from which lines are looked at.
    ///   - bytes: those of the head.
    /// - Returns: the number and the value of the first line that has this name; nil where there is none.
    func line(
        named name: UnsafeRawBufferPointer,
        from start: Int,
        in bytes: UnsafeRawBufferPointer
    ) -> (number: Int, value: Range<Int>)?
}
