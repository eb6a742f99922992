/** An application that embeds the engine to heal something of its own: no host is touched. */
package com.example.app;
