package import Addressing
package import Foundation

/// Adds the categories of an operator's lists to what another directory knows of addresses.
package struct CategoryDirectory: AddressDirectory {
    private let table: CategoryTable
    private let other: (any AddressDirectory)?

    /// The other directory tells the system that an address belongs to, of which lists may speak.
    package init(_ table: CategoryTable, beside other: (any AddressDirectory)? = nil) {
        self.table = table
        self.other = other
    }

    package func origin(of address: IPAddress) -> AddressOrigin? {
        var origin = self.other?.origin(of: address)
        let categories = self.table.categories(of: address, system: origin?.systemNumber)
        guard !categories.isEmpty else { return origin }
        origin = origin ?? AddressOrigin()
        origin?.categories += categories
        return origin
    }
}

extension CategoryTable {
    /// The most that is read: lists in a folder, and bytes of one.
    package static let maximumLists = 4096
    package static let maximumBytes = 64 << 20

    /// Reads a folder of lists, one for each category: `com.example.crawler.txt` has the addresses of
    /// `com.example.crawler`. The ending may be `.txt`, `.list`, `.ipset` or `.netset`; other files are passed over.
    ///
    /// - Throws: ``CategoryError``, at the first list that cannot be used: a list that is only half there would let
    ///   pass what it is there to stop.
    package init(folder: URL) throws(CategoryError) {
        let files: [URL]
        do {
            files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        } catch {
            throw CategoryError(reason: .unreadable(error.localizedDescription))
        }
        let lists = files.filter { ["txt", "list", "ipset", "netset"].contains($0.pathExtension) }
            .sorted { $0.path < $1.path }
        guard lists.count <= Self.maximumLists else {
            throw CategoryError(reason: .tooLarge(limit: Self.maximumLists))
        }
        var feeds: [CategoryFeed] = []
        for list in lists { feeds.append(try CategoryFeed(file: list)) }
        self.init(feeds)
    }
}

extension CategoryFeed {
    fileprivate init(file: URL) throws(CategoryError) {
        let name = file.deletingPathExtension().lastPathComponent
        guard let category = CategoryName(name) else { throw CategoryError(reason: .name(name)) }
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw CategoryError(category: category, reason: .unreadable(error.localizedDescription))
        }
        guard data.count <= CategoryTable.maximumBytes else {
            throw CategoryError(category: category, reason: .tooLarge(limit: CategoryTable.maximumBytes))
        }
        try self.init(category, text: String(decoding: data, as: UTF8.self))
    }
}
