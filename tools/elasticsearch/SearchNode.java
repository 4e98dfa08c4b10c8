import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * Runs one Elasticsearch node until SIGTERM and says on standard output when it can be used:
 * {@code ready http://127.0.0.1:PORT pid PID}.
 *
 * <p>Arguments: ES_HOME CONFIG_DIR DATA_DIR PORT [setting=value ...]. Port 0 takes a free one.
 * The distribution's own main class needs an agent jar that Maven Central lacks; this one goes without the
 * entitlements, system call filter and bootstrap checks it would add, hence loopback only.
 */
public final class SearchNode {
    private static final TimeValue PATIENCE = TimeValue.timeValueMinutes(2);
    private static final int CLOSING_SECONDS = 30;

    public static void main(String[] args) {
        PrintStream stdout = System.out; // the server redirects System.out into its log
        try {
            if (args.length < 4) {
                throw new IllegalArgumentException("ES_HOME CONFIG_DIR DATA_DIR PORT are needed");
            }
            Node node = start(Path.of(args[1]), settings(args));
            stdout.println("ready " + url(node) + " pid " + ProcessHandle.current().pid());
            stdout.flush();
            new CountDownLatch(1).await(); // the server's own threads are daemons; SIGTERM ends this wait
        } catch (Throwable e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1); // threads of a half-started node would keep the process alive
        }
    }

    private static Map<String, String> settings(String[] args) {
        Path data = Path.of(args[2]);
        Map<String, String> settings = new HashMap<>();
        settings.put("path.home", args[0]);
        settings.put("path.data", data.resolve("data").toString());
        settings.put("path.logs", data.resolve("logs").toString());
        settings.put("path.repo", data.resolve("snapshots").toString());
        settings.put("http.port", args[3]);
        for (int i = 4; i < args.length; i++) {
            String[] pair = args[i].split("=", 2);
            if (pair.length < 2) {
                throw new IllegalArgumentException("not of the form setting=value: " + args[i]);
            }
            settings.put(pair[0], pair[1]);
        }
        return settings;
    }

    private static Node start(Path config, Map<String, String> settings) throws Exception {
        LogConfigurator.configureESLogging(); // every other server class asks for a logger as it is loaded
        Environment env = InternalSettingsPreparer.prepareEnvironment(Settings.EMPTY, settings, config, () -> "anye");
        Files.createDirectories(env.logsDir());
        LogConfigurator.setNodeName(Node.NODE_NAME_SETTING.get(env.settings()));
        LogConfigurator.configure(env, true);
        var modules = PluginsLoader.loadModulesBundles(env.modulesDir(), false);
        var plugins = PluginsLoader.loadPluginsBundles(env.pluginsDir(), false);
        Node node = new Node(env, PluginsLoader.createPluginsLoader(modules, plugins, Map.of()));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node), "close-node"));
        node.start();
        var question = node.client().admin().cluster().prepareHealth(PATIENCE);
        var health = question.setWaitForYellowStatus().setTimeout(PATIENCE).get();
        if (health.isTimedOut()) {
            throw new IllegalStateException("not every index has its primary shard after " + PATIENCE);
        }
        return node;
    }

    private static String url(Node node) {
        var address = node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress();
        return "http://" + address.getAddress() + ":" + address.getPort();
    }

    private static void close(Node node) {
        try {
            node.close();
            node.awaitClose(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            e.printStackTrace();
        }
    }
}
