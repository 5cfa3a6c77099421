/// Whose request it is, when proxies that are trusted stand between.
package enum ForwardedFor {
    /// The address of the visitor: the rightmost that no trusted proxy has (what is left of it, anyone may have
    /// written).
    ///
    /// The walk ends at the last good hop where the text is no address; ports are dropped. When every hop is
    /// trusted, the leftmost is the visitor.
    ///
    /// - Parameters:
    ///   - peer: the other end of the TCP connection.
    ///   - fields: the values of the `X-Forwarded-For` fields, in the order in which they came.
    ///   - trusted: where proxies whose word counts have their addresses.
    /// - Returns: `peer` when it is not trusted, or when nothing that can be believed stands in the fields.
    package static func client<Field>(
        peer: IPAddress,
        fields: some BidirectionalCollection<Field>,
        trusted: [IPPrefix]
    ) -> IPAddress where Field: BidirectionalCollection<UInt8> {
        var client = peer
        for field in fields.reversed() {
            for hop in field.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).reversed() {
                guard trusted.contains(where: { $0.contains(client) }), let address = Self.address(of: hop) else {
                    return client
                }
                client = address
            }
        }
        return client
    }

    /// The address in one element of the list: bare, or with a port, or in brackets; nil for anything else.
    private static func address(of element: some BidirectionalCollection<UInt8>) -> IPAddress? {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var text = Array(element.drop(while: isSpace).prefix(80))[...]
        while let last = text.last, isSpace(last) { text.removeLast() }
        if text.first == ASCII.openBracket {
            guard let close = text.firstIndex(of: ASCII.closeBracket) else { return nil }
            guard let address = IPAddress(textBytes: text[1..<close]), Self.isPort(text[(close + 1)...]) else {
                return nil
            }
            return text[1..<close].contains(ASCII.colon) ? address : nil
        }
        let colons = text.count { $0 == ASCII.colon }
        if colons == 1, let colon = text.firstIndex(of: ASCII.colon) {
            return Self.isPort(text[colon...]) ? IPAddress(textBytes: text[..<colon]) : nil
        }
        return IPAddress(textBytes: text)
    }

    /// Whether `text` is nothing, or a colon and a port.
    private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
        text.isEmpty || text.first == ASCII.colon && decimal(text.dropFirst(), limit: 65535) != nil
    }
}
