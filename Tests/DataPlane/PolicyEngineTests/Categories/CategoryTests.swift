import Addressing
import Foundation
import TestSupport
import Testing

@testable import PolicyEngine

/// Categories of addresses: lists, the table made of them, and what expressions see.
@Suite struct CategoryTests {
    private static func feed(_ name: String, _ text: String) throws -> CategoryFeed {
        try CategoryFeed(#require(CategoryName(name)), text: text)
    }

    private static func address(_ text: String) throws -> IPAddress { try IPAddress(parsing: text) }

    @Test func `A list has addresses, ranges and systems, one a line, and words for people`() throws {
        let text = """
            # crawlers
            192.0.2.0/24
              198.51.100.7\t; one machine\r
            2001:db8::/32 # all of it
            AS64496
            as4200000000

            """
        let feed = try Self.feed("com.example", text)
        #expect(feed.prefixes.map { "\($0)" } == ["192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32"])
        #expect(feed.systems == [64_496, 4_200_000_000])
    }

    @Test(arguments: ["example.com", "192.0.2.0/33", "AS", "AS4294967296", "AS-1", "192.0.2.1-192.0.2.9", "1.2.3"])
    func `A line that is nothing of this is told with its number`(line: String) throws {
        let error = #expect(throws: CategoryError.self) { try Self.feed("com.example", "10.0.0.0/8\n\(line)\n") }
        #expect(error?.line == 2 && error?.reason == .entry(line))
        #expect("\(try #require(error))".hasPrefix("the list of com.example, line 2: \"\(line)\" is no address"))
    }

    @Test func `A member of a category is in those that hold it`() throws {
        let table = CategoryTable([try Self.feed("com.cloudflare.ipv4", "104.16.0.0/13")])
        let expected = ["com", "com.cloudflare", "com.cloudflare.ipv4"]
        #expect(table.categories(of: try Self.address("104.16.1.1"), system: nil) == expected)
        #expect(table.categories(of: try Self.address("::ffff:104.16.1.1"), system: nil) == expected)
        #expect(table.categories(of: try Self.address("104.24.0.0"), system: nil) == [])
        #expect(table.categories(of: try Self.address("2001:db8::1"), system: nil) == [])
    }

    @Test func `An address is in the categories of its ranges and of its system`() throws {
        let table = CategoryTable([
            try Self.feed("a", "10.0.0.0/8"), try Self.feed("b.c", "10.1.0.0/16\nAS64496"),
            try Self.feed("d", "AS64496"),
        ])
        #expect(table.categories(of: try Self.address("10.0.0.1"), system: nil) == ["a"])
        #expect(table.categories(of: try Self.address("10.1.0.1"), system: nil) == ["a", "b", "b.c"])
        #expect(table.categories(of: try Self.address("10.0.0.1"), system: 64_496) == ["a", "b", "b.c", "d"])
        #expect(table.categories(of: try Self.address("192.0.2.1"), system: 64_496) == ["b", "b.c", "d"])
        #expect(table.categories(of: try Self.address("192.0.2.1"), system: 1) == [])
    }

    @Test func `All of a family, and its first and last address, are ranges like others`() throws {
        let table = CategoryTable([
            try Self.feed("all", "0.0.0.0/0"), try Self.feed("first", "0.0.0.0"),
            try Self.feed("last", "255.255.255.255"),
            try Self.feed("six", "::/0"), try Self.feed("end", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ])
        #expect(table.categories(of: try Self.address("0.0.0.0"), system: nil) == ["all", "first"])
        #expect(table.categories(of: try Self.address("0.0.0.1"), system: nil) == ["all"])
        #expect(table.categories(of: try Self.address("255.255.255.254"), system: nil) == ["all"])
        #expect(table.categories(of: try Self.address("255.255.255.255"), system: nil) == ["all", "last"])
        #expect(table.categories(of: try Self.address("::"), system: nil) == ["six"])
        let end = try Self.address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
        #expect(table.categories(of: end, system: nil) == ["end", "six"])
    }

    @Test(arguments: UInt64(0)..<200)
    func `The table says what looking at every range says`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let isIPv4 = Bool.random(using: &random)
        // Few bits, so that ranges meet.
        func address() -> IPAddress {
            let bits = UInt32.random(in: 0..<64, using: &random)
            return isIPv4
                ? IPAddress(v4: bits &* 0x0404_0404) : IPAddress(high: UInt64(bits) << 58, low: UInt64(bits % 4))
        }
        var ranges: [(name: String, prefix: IPPrefix)] = []
        for _ in 0..<Int.random(in: 0..<40, using: &random) {
            let length = Int.random(in: 0...(isIPv4 ? 32 : 128), using: &random)
            let name = ["a", "b", "c", "d", "e"].randomElement(using: &random) ?? "a"
            if let prefix = IPPrefix(address(), length: length) { ranges.append((name, prefix)) }
        }
        let feeds = try Dictionary(grouping: ranges, by: \.name).map { name, ranges in
            try Self.feed(name, ranges.map { "\($0.prefix)" }.joined(separator: "\n"))
        }
        let table = CategoryTable(feeds)
        for _ in 0..<100 {
            let asked = address()
            let expected = Set(ranges.filter { $0.prefix.contains(asked) }.map(\.name)).sorted()
            #expect(table.categories(of: asked, system: nil) == expected, "\(asked)")
        }
    }

    @Test(arguments: ["", ".", "a.", ".a", "a..b", "a b", "a/b", "ä", "a~b", String(repeating: "a", count: 129)])
    func `What is no name is no category`(text: String) {
        #expect(CategoryName(text) == nil)
    }

    private struct Systems: AddressDirectory {
        func origin(of address: IPAddress) -> AddressOrigin? {
            guard address.isIPv4 else { return nil }
            var origin = AddressOrigin()
            origin.systemNumber = 64_496
            return origin
        }
    }

    @Test func `The directory adds categories to what another knows`() throws {
        let table = CategoryTable([
            try Self.feed("proxy.anonymous.tor", "192.0.2.1\n2001:db8::1"), try Self.feed("blocklist.x", "AS64496"),
        ])
        let directory = CategoryDirectory(table, beside: Systems())
        let both = try #require(directory.origin(of: try Self.address("192.0.2.1")))
        #expect(both.systemNumber == 64_496 && both.isTorNode && both.isOnBlocklist)
        let six = try #require(directory.origin(of: try Self.address("2001:db8::1")))
        #expect(six.systemNumber == nil && six.isTorNode && !six.isOnBlocklist)
        #expect(directory.origin(of: try Self.address("2001:db8::2")) == nil)
        #expect(CategoryDirectory(table).origin(of: try Self.address("192.0.2.2")) == nil)
    }

    private static func withFolder(_ files: [String: String], _ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "categories-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appending(path: name, directoryHint: .notDirectory))
        }
        try body(folder)
    }

    @Test func `A folder has a list for each category; other files are passed over`() throws {
        let files = [
            "com.example.txt": "192.0.2.0/24", "x.netset": "192.0.2.1", "README.md": "no list", "y": "no list",
        ]
        try Self.withFolder(files) { folder in
            let table = try CategoryTable(folder: folder)
            #expect(table.categories(of: try Self.address("192.0.2.1"), system: nil) == ["com", "com.example", "x"])
        }
    }

    @Test func `A list that cannot be used stops the reading, and is named`() throws {
        try Self.withFolder(["com.example.txt": "192.0.2.0/24\nwrong"]) { folder in
            let error = #expect(throws: CategoryError.self) { try CategoryTable(folder: folder) }
            #expect(error?.category?.description == "com.example" && error?.line == 2)
        }
        try Self.withFolder(["not a name.txt": ""]) { folder in
            let error = #expect(throws: CategoryError.self) { try CategoryTable(folder: folder) }
            #expect(error?.reason == .name("not a name"))
        }
        let missing = FileManager.default.temporaryDirectory.appending(path: "no-such-folder-\(UUID().uuidString)")
        let error = #expect(throws: CategoryError.self) { try CategoryTable(folder: missing) }
        guard case .unreadable = try #require(error).reason else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
